// @ts-check
/** The keyboard: one tab stop into the canvas, arrows walk the flow, single letters act on the selected step. Which keys: keymap.js. */

import { el, find, isTyping, openDialog } from "./dom.js";
import { edgeId, edgesFrom, edgesInto, nodeOf } from "./graph.js";
import { keyGroups, keyOf } from "./keymap.js";
import { readNotes } from "./notes.js";
import { cardWidth, positions } from "./places.js";

/** The list of all keys. */
export function openHelp() {
  const row = ({ shown, words }) => [el("dt", {}, el("kbd", { text: shown })), el("dd", { text: words })];
  const group = ({ title, rows }) => el("section", {}, el("h3", { text: title }), el("dl", { class: "key-list" }, ...rows.flatMap(row)));
  openDialog({ name: "keys", title: "Keys", wide: true, body: el("div", { class: "key-groups" }, ...keyGroups().map(group)) });
}

/**
 * @param {{store: any, commands: any, catalog: any, canvas: any, root: HTMLElement,
 *          structure: any, acts: Record<string, (...args: any[]) => any>}} parts
 */
export function listenToKeys({ store, commands, catalog, canvas, root, acts, structure }) {
  const editable = () => store.get().mode === "edit";
  const focusOf = () => store.get().selected ?? store.get().graph.nodes[0]?.key ?? null;
  const inOutline = (target) => target instanceof Element && !!target.closest("[data-outline]");
  /** Keys of the canvas count on the canvas, in the outline, and where nothing else has the focus. */
  const isOurs = (target) =>
    !isTyping(target) && (target === document.body || root.contains(target) || inOutline(target));

  function go(key, from) {
    if (!key) return;
    store.select(key);
    canvas.show(key, { focus: !inOutline(from) });
  }

  /** The step next to one in a direction: along the wires first, else the nearest card that way. */
  function neighbour(key, direction) {
    const { graph } = store.get();
    const all = positions(graph, catalog);
    const middle = (k) => ({ x: all[k].x + cardWidth(catalog, nodeOf(graph, k)) / 2, y: all[k].y });
    const order = catalog.ports(nodeOf(graph, key)).map((port) => port.key);
    if (direction === "ArrowDown") {
      const next = edgesFrom(graph, key).sort((a, b) => order.indexOf(a.port) - order.indexOf(b.port))[0];
      if (next) return next.target;
    }
    if (direction === "ArrowUp" && edgesInto(graph, key).length) return edgesInto(graph, key)[0].source;
    const here = middle(key);
    const ahead = {
      ArrowDown: (p) => p.y - here.y,
      ArrowUp: (p) => here.y - p.y,
      ArrowLeft: (p) => here.x - p.x,
      ArrowRight: (p) => p.x - here.x,
    }[direction];
    const aside =
      direction === "ArrowLeft" || direction === "ArrowRight"
        ? (p) => Math.abs(p.y - here.y) * 3
        : (p) => Math.abs(p.x - here.x) * 3;
    const found = graph.nodes
      .map((node) => ({ key: node.key, at: middle(node.key) }))
      .filter((one) => one.key !== key && ahead && ahead(one.at) > 20)
      .sort((a, b) => ahead(a.at) + aside(a.at) - ahead(b.at) - aside(b.at));
    return found[0]?.key ?? null;
  }

  const PUSH = { ArrowUp: [0, -8], ArrowDown: [0, 8], ArrowLeft: [-8, 0], ArrowRight: [8, 0] };

  function push(arrow) {
    const { selection, graph } = store.get();
    const all = positions(graph, catalog);
    const [dx, dy] = PUSH[arrow];
    const to = selection.map((one) => [one, { x: all[one].x + dx, y: all[one].y + dy }]);
    commands.move(Object.fromEntries(to), `nudge:${selection.join()}`);
  }

  function walk(event, key) {
    const { selected } = store.get();
    go(selected ? neighbour(key, event.key) : key, event.target);
  }

  function extend(event, key) {
    const next = neighbour(key, event.key);
    if (!next) return;
    store.select([...store.get().selection.filter((one) => one !== next), next]);
    canvas.show(next, { focus: true });
  }

  function cut() {
    const { edge, graph } = store.get();
    const wire = edge && graph.edges.find((one) => edgeId(one) === edge);
    if (wire) structure.disconnect(wire);
    else acts.remove();
  }

  function open(key) {
    store.select(key);
    acts.edit(key);
  }

  /** What each row of the table does on the canvas. `key` is the step at hand, null in an empty flow. */
  const DOES = {
    walk: (event, key) => key && walk(event, key),
    extend: (event, key) => key && extend(event, key),
    nudge: (event) => push(event.key),
    open: (_, key) => key && open(key),
    back: () => store.select(null),
    add: (_, key) => structure.addAfter(key),
    before: (_, key) => key && structure.addBefore(key),
    connect: (_, key) => key && structure.connectTo(key),
    disconnect: (_, key) => key && structure.disconnectFrom(key),
    replace: (_, key) => key && structure.moveBehind(key),
    remove: cut,
    duplicate: () => acts.duplicate(),
    rename: (_, key) => key && acts.edit(key, "@name"),
    search: () => acts.search(),
    find: () => acts.find?.(),
    part: (event) => acts.cycle(event.shiftKey),
    outline: () => acts.outline?.(),
    problems: () => acts.problems(),
    undo: () => acts.undo(),
    redo: () => acts.redo(),
    all: () => {
      const { graph } = store.get();
      store.select(graph.nodes.map((node) => node.key), readNotes(graph.notes).map((note) => note.key));
    },
    note: () => acts.note(),
    save: () => acts.save(),
    tidy: () => acts.tidy(),
    fit: () => canvas.fit(),
    closer: () => canvas.zoom(1.25),
    farther: () => canvas.zoom(0.8),
    help: openHelp,
  };

  function onKey(event) {
    if (event.defaultPrevented || find("dialog[open], .floating-menu, :popover-open")) return;
    const target = /** @type {Element} */ (event.target);
    const inForm = !!target.closest?.("[data-inspector], [data-note]");
    if (event.key === "Escape" && target.closest?.("[data-inspector]")) {
      const key = store.get().selected;
      if (key) acts.back(key);
      acts.leaveInspector();
      return event.preventDefault();
    }
    const row = keyOf(event);
    if (!row || row.browser || !DOES[row.id] || (row.edit && !editable())) return;
    const field = isTyping(target) && !inForm;
    if (row.everywhere ? field && row.edit : !isOurs(target)) return;
    const onButton = target.closest?.("button:not([data-node])");
    if (onButton && ["Enter", "Delete", "Backspace"].includes(event.key)) return;
    if (row.id === "nudge" && !store.get().selected) return;
    DOES[row.id](event, focusOf());
    event.preventDefault();
  }

  const clip = (event) => isOurs(event.target) && !getSelection()?.toString() && !find("dialog[open]");
  document.addEventListener("keydown", onKey);
  document.addEventListener("copy", (event) => {
    const { selection, chosenNotes } = store.get();
    if (!clip(event) || !(selection.length + chosenNotes.length)) return;
    event.clipboardData?.setData("text/plain", commands.copy(selection, chosenNotes));
    event.preventDefault();
    acts.say(`${selection.length === 1 ? "Step" : selection.length ? `${selection.length} steps` : "Note"} copied`);
  });
  document.addEventListener("cut", (event) => {
    const { selection, chosenNotes } = store.get();
    if (!clip(event) || !(selection.length + chosenNotes.length) || !editable()) return;
    event.clipboardData?.setData("text/plain", commands.copy(selection, chosenNotes));
    event.preventDefault();
    acts.remove();
  });
  document.addEventListener("paste", (event) => {
    if (!clip(event) || !editable()) return;
    event.preventDefault();
    acts.paste(event.clipboardData?.getData("text/plain") ?? "");
  });
}
