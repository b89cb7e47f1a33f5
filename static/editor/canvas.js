// @ts-check
/** The canvas: draws the store with the vendored library, and turns gestures of the hand into commands. */

import {
  Background,
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  createElement,
  createRoot,
  html,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "../vendor/xyflow-react-12.12.1.js";
import { Card, Note, Wire } from "./cards.js";
import { find } from "./dom.js";
import { nodeOf, reasonAgainst } from "./graph.js";
import { CARD_H } from "./layout.js";
import { listenToNotes, writeOn } from "./note_hand.js";
import { cardId, noteKeyOf } from "./notes.js";
import { cardWidth, positions } from "./places.js";
import { createViews } from "./views.js";

const GRID = 8;
/** With more steps only those in view are in the page: it opens sooner, and moves as smoothly. */
const MANY = 60;
const FRAMES = 60;
const nodeTypes = { step: Card, note: Note };
const edgeTypes = { wire: Wire };

/**
 * Draw the store into an element and keep it drawn.
 * @param {HTMLElement} root
 * @param {{store: any, catalog: any, commands?: any, onEdit?: (key: string) => void,
 *          onAdd?: (ask: {source?: string, port?: string, edge?: string, at?: any, x: number, y: number}) => void,
 *          onRefused?: (reason: string) => void, onMove?: (view: any) => void}} parts onMove: the hand moved what is in view
 */
export function mountCanvas(root, parts) {
  const { store, catalog, commands } = parts;
  const views = createViews(catalog);
  /** @type {any} */
  let flow = null;
  const hint = document.createElement("div");
  hint.className = "canvas-hint";
  hint.hidden = true;
  const host = document.createElement("div");
  host.className = "canvas-host";
  root.append(host, hint);
  root.dataset.canvas = "";

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const glide = () => (calm.matches ? 0 : 220);
  const edgeOf = (id) => store.get().graph.edges.find((edge) => `${edge.source}|${edge.port}|${edge.target}` === id);

  /** The rectangle that all cards fill. */
  function bounds() {
    const { graph } = store.get();
    const all = positions(graph, catalog);
    const boxes = graph.nodes.map((node) => ({ ...all[node.key], w: cardWidth(catalog, node) }));
    const [left, top] = [Math.min(...boxes.map((b) => b.x)), Math.min(...boxes.map((b) => b.y))];
    return {
      x: left,
      y: top,
      width: Math.max(...boxes.map((b) => b.x + b.w)) - left,
      height: Math.max(...boxes.map((b) => b.y + CARD_H)) - top + 40,
    };
  }

  /** Focus a step's card; one that comes into view only now is waited for. */
  function focusSoon(key, frames) {
    const card = find(`[data-node="${CSS.escape(key)}"]`, root);
    if (card) card.focus({ preventScroll: true });
    else if (frames) requestAnimationFrame(() => focusSoon(key, frames - 1));
  }

  const canvas = {
    /** All steps in view. */
    fit(duration = glide()) {
      flow?.fitView({ padding: 0.12, maxZoom: 1, duration });
    },
    /** The beginning of the flow, at a size that can be read. */
    home(duration = glide()) {
      if (!flow || !store.get().graph.nodes.length) return;
      const box = bounds();
      const [w, h] = [root.clientWidth, root.clientHeight];
      const whole = Math.min((w - 80) / box.width, (h - 96) / box.height);
      // Whole when that can still be read; else as large as its breadth allows.
      const zoom = whole >= 0.75 ? Math.min(1, whole) : Math.max(0.7, Math.min(0.85, (w - 80) / box.width));
      const first =
        store.get().graph.nodes.find((node) => catalog.of(node).kind === "trigger") ?? store.get().graph.nodes[0];
      const start = positions(store.get().graph, catalog)[first.key];
      const fitsAcross = box.width * zoom <= w - 40;
      const fitsDown = box.height * zoom <= h - 60;
      const x = fitsAcross
        ? (w - box.width * zoom) / 2 - box.x * zoom
        : w / 2 - (start.x + cardWidth(catalog, first) / 2) * zoom;
      // Flows grow downwards, so they begin near the top.
      const y = (fitsDown ? Math.min((h - box.height * zoom) / 2, 88) : 48) - box.y * zoom;
      flow.setViewport({ x, y, zoom }, { duration });
    },
    zoom(factor, duration = glide()) {
      flow?.zoomTo(flow.getZoom() * factor, { duration });
    },
    /** Where it looks, to make another canvas look at the same place. */
    view: () => flow?.getViewport() ?? null,
    setView: (view) => void flow?.setViewport(view, { duration: 0 }),
    /** Bring a step into view when it is not, and focus it if asked. */
    show(key, { focus = false } = {}) {
      const node = nodeOf(store.get().graph, key);
      if (!node || !flow) return;
      const at = positions(store.get().graph, catalog)[key];
      const zoom = flow.getZoom();
      const { x: vx, y: vy } = flow.getViewport();
      const box = {
        left: at.x * zoom + vx,
        top: at.y * zoom + vy,
        w: cardWidth(catalog, node) * zoom,
        h: (CARD_H + 40) * zoom,
      };
      const dx = inside(box.left, box.w, root.clientWidth, 40);
      const dy = inside(box.top, box.h, root.clientHeight, 56);
      if (dx || dy) flow.setViewport({ x: vx + dx, y: vy + dy, zoom }, { duration: glide() });
      if (focus) requestAnimationFrame(() => focusSoon(key, FRAMES));
    },
    /** Begin to write on a note, as soon as it is drawn. */
    write: (key) => writeOn(root, key),
    /** A point of the window on the drawing. */
    toDrawing(x, y) {
      return flow ? flow.screenToFlowPosition({ x, y }) : { x: 0, y: 0 };
    },
    /** The middle of what is in view, on the drawing. */
    middle() {
      const box = root.getBoundingClientRect();
      return canvas.toDrawing(box.left + box.width / 2, box.top + box.height / 2);
    },
    /** The wire or open exit under a point of the window. */
    under(x, y) {
      for (const element of document.elementsFromPoint(x, y)) {
        const plus = element.closest("[data-add-after]");
        if (plus instanceof HTMLElement) return { source: plus.dataset.addAfter, port: plus.dataset.addPort };
        const wire = element.closest("[data-wire], [data-edge], .react-flow__edge");
        const id = wire?.getAttribute("data-wire") ?? wire?.getAttribute("data-edge") ?? wire?.getAttribute("data-id");
        if (id && edgeOf(id)) return { edge: id };
      }
      return null;
    },
    /** Light up the wire or exit that would take a dropped step. */
    mark(spot) {
      for (const old of root.querySelectorAll(".takes-drop")) old.classList.remove("takes-drop");
      if (spot?.edge) {
        root.querySelector(`[data-wire="${CSS.escape(spot.edge)}"]`)?.classList.add("takes-drop");
        root.querySelector(`.react-flow__edge[data-id="${CSS.escape(spot.edge)}"]`)?.classList.add("takes-drop");
      } else if (spot?.source) {
        root
          .querySelector(`[data-add-after="${CSS.escape(spot.source)}"][data-add-port="${CSS.escape(spot.port)}"]`)
          ?.classList.add("takes-drop");
      }
    },
    destroy: () => reactRoot.unmount(),
  };

  /** While a wire is in the hand: say why the card under it may not take it. */
  function watchConnection(from) {
    const { graph } = store.get();
    for (const card of root.querySelectorAll("[data-node]")) {
      if (
        card instanceof HTMLElement &&
        reasonAgainst(graph, catalog, from.nodeId, from.handleId, card.dataset.node ?? "")
      )
        card.dataset.refused = "";
    }
    const stopWatching = new AbortController();
    const at = { key: /** @type {string|null} */ (null), reason: /** @type {string|null} */ (null), x: 0, y: 0 };
    addEventListener(
      "pointermove",
      (event) => {
        const card = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-node]");
        at.key = card && root.contains(card) ? card.getAttribute("data-node") : null;
        at.reason =
          at.key && at.key !== from.nodeId ? reasonAgainst(graph, catalog, from.nodeId, from.handleId, at.key) : null;
        for (const old of root.querySelectorAll(".takes-wire")) if (old !== card) old.classList.remove("takes-wire");
        if (at.key && !at.reason && at.key !== from.nodeId) card?.classList.add("takes-wire");
        hint.hidden = !at.reason;
        root.classList.toggle("is-refusing", !!at.reason);
        hint.textContent = at.reason;
        const box = root.getBoundingClientRect();
        const [x, y] = [Math.min(event.clientX - box.left + 14, box.width - 250), event.clientY - box.top + 18];
        hint.style.transform = `translate(${x}px, ${y}px)`;
      },
      { signal: stopWatching.signal, capture: true },
    );
    return () => {
      stopWatching.abort();
      hint.hidden = true;
      root.classList.remove("is-refusing");
      for (const card of root.querySelectorAll("[data-refused]")) card.removeAttribute("data-refused");
      for (const card of root.querySelectorAll(".takes-wire")) card.classList.remove("takes-wire");
      return at;
    };
  }

  const moved = (event, view) => event && parts.onMove?.(view);
  const refusalOf = (source, port, target) => reasonAgainst(store.get().graph, catalog, source, port, target);
  const tell = (key) => root.dispatchEvent(new CustomEvent("helix:step", { detail: { key }, bubbles: true }));

  function connect(source, port, target) {
    const reason = commands.connect(source, port, target);
    if (reason) parts.onRefused?.(reason);
  }

  function Canvas() {
    const state = useSyncExternalStore(store.subscribe, store.get);
    const [dragged, setDragged] = useState({});
    const ending = useRef(/** @type {null | (() => any)} */ (null));
    const framing = useRef(false);
    const editable = state.mode === "edit";
    const nodes = useMemo(() => [...views.notesOf(state, dragged), ...views.nodesOf(state, dragged)], [state, dragged]);
    const edges = useMemo(() => views.edgesOf(state), [state]);
    function onNodesChange(changes) {
      let moved = null;
      let chosen = null;
      for (const change of changes) {
        if (change.type === "position" && change.position && change.dragging)
          moved = { ...(moved ?? dragged), [change.id]: change.position };
        if (change.type === "select") {
          chosen ??= new Set([...store.get().selection, ...store.get().chosenNotes.map(cardId)]);
          if (change.selected) chosen.add(change.id);
          else chosen.delete(change.id);
        }
      }
      if (moved) setDragged(moved);
      if (!chosen) return;
      const { steps, notes } = parted([...chosen]);
      store.select(steps, notes);
    }

    function onMoved(_, __, list) {
      const placesOf = (cards, keyOf) => Object.fromEntries(cards.map((card) => [keyOf(card.id), card.position]));
      const [notes, cards] = [list.filter((one) => noteKeyOf(one.id)), list.filter((one) => !noteKeyOf(one.id))];
      const to = placesOf(cards, (id) => id);
      const all = positions(store.get().graph, catalog);
      const real = Object.entries(to).some(([key, p]) => all[key] && (all[key].x !== p.x || all[key].y !== p.y));
      if (real || notes.length) commands.move(real ? to : {}, undefined, placesOf(notes, noteKeyOf));
      setDragged({});
    }

    function onConnectEnd(event, connection) {
      const at = ending.current?.();
      ending.current = null;
      const { fromHandle, toHandle, isValid } = connection;
      if (!fromHandle || (isValid && toHandle)) return;
      const point = event.changedTouches?.[0] ?? event;
      const key =
        at?.key ??
        document.elementFromPoint(point.clientX, point.clientY)?.closest("[data-node]")?.getAttribute("data-node");
      if (key && key !== fromHandle.nodeId) {
        connect(fromHandle.nodeId, fromHandle.id, key);
      } else if (!key && host.contains(document.elementFromPoint(point.clientX, point.clientY))) {
        const drop = canvas.toDrawing(point.clientX, point.clientY);
        parts.onAdd?.({
          source: fromHandle.nodeId,
          port: fromHandle.id,
          x: point.clientX,
          y: point.clientY,
          at: { x: snap(drop.x - 124), y: snap(drop.y) },
        });
      }
    }

    return html`
      <${ReactFlow}
        nodes=${nodes} edges=${edges} nodeTypes=${nodeTypes} edgeTypes=${edgeTypes}
        onInit=${(instance) => {
          flow = instance;
          canvas.home(0);
          root.dataset.ready = "";
        }}
        onNodesChange=${onNodesChange}
        onEdgesChange=${(changes) =>
          changes.forEach((c) => {
            // A frame takes steps and notes; the wires under it stay as they are.
            if (c.type === "select" && editable && !framing.current) {
              if (c.selected) {
                store.select(null);
                store.set({ edge: c.id });
              } else if (store.get().edge === c.id) store.set({ edge: null });
            }
          })}
        onSelectionStart=${() => (framing.current = true)} onSelectionEnd=${() => (framing.current = false)}
        onNodeDragStop=${onMoved} onSelectionDragStop=${(event, list) => onMoved(event, null, list)}
        onConnectStart=${(_, from) => {
          ending.current = watchConnection(from);
        }}
        onConnect=${({ source, sourceHandle, target }) => connect(source, sourceHandle, target)}
        onConnectEnd=${onConnectEnd}
        isValidConnection=${({ source, sourceHandle, target }) => !refusalOf(source, sourceHandle, target)}
        onNodeClick=${(_, node) => noteKeyOf(node.id) === null && tell(node.id)}
        onNodeDoubleClick=${(_, { id }) => (noteKeyOf(id) === null ? parts.onEdit?.(id) : writeOn(root, noteKeyOf(id) ?? ""))}
        onPaneClick=${() => store.select(null)}
        onMoveStart=${moved} onMove=${moved} onMoveEnd=${moved}
        nodesDraggable=${editable} nodesConnectable=${editable} edgesFocusable=${false} connectOnClick=${false}
        deleteKeyCode=${null} disableKeyboardA11y zoomOnDoubleClick=${false} panOnScroll selectionMode="partial"
        multiSelectionKeyCode=${["Meta", "Control", "Shift"]} nodeDragThreshold=${3} connectionRadius=${36}
        snapToGrid snapGrid=${[GRID, GRID]} minZoom=${0.1} maxZoom=${2} connectionLineType=${ConnectionLineType.SmoothStep}
        onlyRenderVisibleElements=${nodes.length > MANY} ariaLabelConfig=${{ "minimap.ariaLabel": "Small map of the flow" }}>
        <${Background} gap=${24} size=${1.5} />
        ${nodes.length > 5 && html`<${MiniMap} pannable zoomable nodeClassName=${miniLook} nodeBorderRadius=${12} />`}
      <//>`;
  }

  if (editableClicks(parts)) {
    listenToNotes(root, { store, commands, zoom: () => flow?.getZoom() ?? 1 });
    root.addEventListener("click", (event) => {
      const button =
        event.target instanceof Element ? event.target.closest("[data-add-after], [data-add-on], [data-cut]") : null;
      if (!(button instanceof HTMLElement)) return;
      event.stopPropagation();
      const { left, bottom } = button.getBoundingClientRect();
      if (button.dataset.cut) commands.disconnect(button.dataset.cut);
      else
        parts.onAdd?.({
          source: button.dataset.addAfter,
          port: button.dataset.addPort,
          edge: button.dataset.addOn,
          x: left,
          y: bottom + 6,
        });
    });
  }

  const reactRoot = createRoot(host);
  reactRoot.render(createElement(Canvas));
  return canvas;
}

/** Cards in the hand, steps and notes apart. @param {string[]} ids */
function parted(ids) {
  const notes = ids.map(noteKeyOf).filter((key) => key !== null);
  return { steps: ids.filter((id) => noteKeyOf(id) === null), notes };
}

const miniLook = (node) => node.type === "note" ? "mini note" : `mini ${node.data.entry.family} ${node.data.run?.state ?? ""}`;

/** How far to push a stretch so that it lies in the room with a margin; 0 when it does. */
function inside(start, length, room, margin) {
  if (start < margin) return margin - start;
  return Math.min(0, Math.max(room - margin - length, margin) - start);
}

const editableClicks = (parts) => !!parts.onAdd && !!parts.commands;
export const snap = (n) => Math.round(n / GRID) * GRID;
