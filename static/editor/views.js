// @ts-check
/** The state as the drawing library wants it; the same objects again as long as nothing of them changed. Pure. */

import { edgeId, inOrder } from "./graph.js";
import { CARD_H } from "./layout.js";
import { cardId, readNotes } from "./notes.js";
import { cardWidth, portX, positions } from "./places.js";
import { stepLabel } from "./saying.js";
import { stateLook } from "./states.js";
import { summaryOf } from "./summary.js";

const HANDLE = 12;

/** Remembers what it made, so that a change of one step redraws one card. @param {any} catalog */
export function createViews(catalog) {
  let nodes = new Map();
  let edges = new Map();
  let notes = new Map();
  let orderOf = { graph: /** @type {any} */ (null), index: new Map() };
  const lastGraph = { edges: null, used: new Map() };

  /** Which exits of which steps lead somewhere. */
  function usedPorts(graph) {
    if (lastGraph.edges !== graph.edges) {
      const used = new Map();
      for (const edge of graph.edges) used.set(edge.source, new Set(used.get(edge.source)).add(edge.port));
      Object.assign(lastGraph, { edges: graph.edges, used });
    }
    return lastGraph.used;
  }

  function problemsOf(state) {
    const found = new Map();
    for (const problem of state.problems ?? []) {
      if (problem.node) found.set(problem.node, [...(found.get(problem.node) ?? []), problem]);
    }
    return found;
  }

  /** @param {any} state @param {Record<string, any>} dragged places of cards in the hand */
  function nodesOf(state, dragged) {
    const { graph } = state;
    const where = positions(graph, catalog);
    const used = usedPorts(graph);
    const problems = problemsOf(state);
    const editable = state.mode === "edit";
    const chosen = new Set(state.selection);
    if (orderOf.graph !== graph) orderOf = { graph, index: new Map(inOrder(graph).map((key, i) => [key, i + 1])) };
    const fresh = new Map();
    const list = graph.nodes.map((node) => {
      const { key } = node;
      const position = dragged[key] ?? where[key];
      const run = state.run?.steps?.[key] ?? null;
      const mine = problems.get(key) ?? [];
      const pinned = !!state.pins && Object.hasOwn(state.pins, key);
      const here = (state.others ?? []).filter((one) => one.node === key).map((one) => one.initials).join(" ");
      const markOf = state.marks?.[key] ?? null;
      const open = [...(used.get(key) ?? [])].sort().join();
      const tab = (state.selected ?? state.graph.nodes[0]?.key) === key;
      const place = orderOf.index.get(key);
      const signature = [
        node,
        position.x,
        position.y,
        run?.state,
        run?.attempts,
        run?.duration_ms,
        JSON.stringify([run?.counts, run?.turns]),
        pinned,
        here,
        markOf?.word,
        open,
        chosen.has(key),
        editable,
        tab,
        place,
        graph.nodes.length,
      ];
      const problemWords = mine.map((problem) => problem.message).join("\n");
      signature.push(problemWords);
      const known = nodes.get(key);
      if (known && known.signature.every((part, i) => part === signature[i])) {
        fresh.set(key, known);
        return known.view;
      }
      const view = nodeView({
        node,
        position,
        run,
        mine,
        pinned,
        here,
        markOf,
        used: used.get(key) ?? new Set(),
        chosen: chosen.has(key),
        editable,
        tab,
        place,
        count: graph.nodes.length,
        problemWords,
      });
      fresh.set(key, { signature, view });
      return view;
    });
    nodes = fresh;
    return list;
  }

  function nodeView({ node, position, run, mine, pinned, here, markOf, used, chosen, editable, tab, place, count, problemWords }) {
    const entry = catalog.of(node);
    const ports = catalog.ports(node);
    const width = cardWidth(catalog, node);
    const errors = mine.filter((problem) => problem.severity === "error").length;
    const warnings = mine.length - errors;
    const stateWord = run ? stateLook(run.state).word : "";
    const label = stepLabel({
      ...{ title: entry.title, name: node.name, state: stateWord, errors, warnings, exits: ports.length, place, count },
      told: [run?.error?.message ?? "", pinned ? "a sample is pinned" : "", here ? `${here} is here` : "", markOf?.word ?? ""],
    });
    return {
      id: node.key,
      type: "step",
      position,
      selected: chosen,
      width,
      height: CARD_H,
      // The size is known before drawing: nothing has to be measured, and wires are right at once.
      measured: { width, height: CARD_H },
      handles: [
        ...(entry.kind === "trigger" ? [] : [handle("target", "in", width / 2, 0, "top")]),
        ...ports.map((port, i) => handle("source", port.key, portX(width, i, ports.length), CARD_H, "bottom")),
      ],
      ariaLabel: label,
      domAttributes: {
        "data-node": node.key,
        "data-type": node.type,
        "data-state": run ? run.state : undefined,
        "data-pinned": pinned ? "Pinned" : undefined,
        "data-here": here || undefined,
        "data-mark": markOf?.mark,
        "data-mark-word": markOf?.word,
        title: run?.error?.message,
        tabIndex: tab ? 0 : -1,
        // Not a button: it has buttons in it.
        role: "group",
        "aria-current": chosen ? "true" : undefined,
        "aria-roledescription": "step",
      },
      data: {
        node,
        entry,
        ports,
        width,
        run,
        errors,
        warnings,
        problemWords,
        editable,
        open: new Set(ports.map((port) => port.key).filter((key) => !used.has(key))),
        kindWords: node.name === entry.title ? catalog.familyLabel(entry.family) : entry.title,
        summary: summaryWords(node, entry),
      },
    };
  }

  /** Notes lie under the cards. @param {any} state @param {Record<string, any>} dragged */
  function notesOf(state, dragged) {
    const editable = state.mode === "edit";
    const fresh = new Map();
    const list = readNotes(state.graph.notes).map((note) => {
      const id = cardId(note.key);
      const position = dragged[id] ?? note.position;
      const selected = (state.chosenNotes ?? []).includes(note.key);
      const signature = JSON.stringify([note, position, selected, editable]);
      const known = notes.get(id);
      const view = known?.signature === signature ? known.view : noteView(note, { id, position, selected, editable });
      fresh.set(id, { signature, view });
      return view;
    });
    notes = fresh;
    return list;
  }

  /** @param {any} state */
  function edgesOf(state) {
    const fresh = new Map();
    const editable = state.mode === "edit";
    const list = state.graph.edges.map((edge) => {
      const id = edgeId(edge);
      const look = wireLook(state.run?.steps, edge);
      const selected = state.edge === id;
      const known = edges.get(id);
      const same =
        known &&
        known.edge === edge &&
        known.look === look &&
        known.selected === selected &&
        known.editable === editable;
      const made = same
        ? known
        : { edge, look, selected, editable, view: edgeView(edge, id, look, selected, editable) };
      fresh.set(id, made);
      return made.view;
    });
    edges = fresh;
    return list;
  }

  function edgeView(edge, id, look, selected, editable) {
    return {
      id,
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.port,
      targetHandle: "in",
      type: "wire",
      selected,
      focusable: false,
      data: { look: edge.port === "error" ? `${look} err` : look, editable },
      domAttributes: { "aria-hidden": true, "data-edge": id },
    };
  }

  return { nodesOf, notesOf, edgesOf };
}

function noteView(note, { id, position, selected, editable }) {
  return {
    id,
    type: "note",
    position,
    selected,
    connectable: false,
    focusable: false,
    zIndex: -1,
    width: note.width,
    height: note.height,
    ariaLabel: "Note",
    domAttributes: { "data-note": note.key, role: "note", "aria-roledescription": "sticky note" },
    data: { note, editable },
  };
}

const handle = (type, id, x, y, position) => ({
  type,
  id,
  position,
  x: x - HANDLE / 2,
  y: y - HANDLE / 2,
  width: HANDLE,
  height: HANDLE,
});

function summaryWords(node, entry) {
  if (!entry.needs_connection) return summaryOf(node);
  return [node.connection || "No connection", summaryOf(node)].filter(Boolean).join(" · ");
}

/** Whether a run went along a wire: the step before it is done, and the one after it was not passed by. */
function wireLook(steps, edge) {
  const [from, to] = [steps?.[edge.source]?.state, steps?.[edge.target]?.state];
  const left = steps?.[edge.source]?.port;
  if (left && left !== edge.port) return "idle";
  if (!from) return steps ? "idle" : "";
  if (to === "running" || to === "ready") return "taken live";
  if (["succeeded", "pinned", "failed"].includes(from) && to && !["skipped", "pending", "cancelled"].includes(to))
    return "taken";
  return "idle";
}
