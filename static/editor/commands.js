// @ts-check
/** What a hand can do to the graph: every gesture, key and button ends in one of these; each is one step of undo. */

import { readSteps, stepsAsText, withOwnKeys } from "./clipboard.js";
import {
  cut,
  edgeId,
  edgesFrom,
  edgesInto,
  freeKey,
  freeName,
  inOrder,
  nodeOf,
  reasonAgainst,
  rewriteReferences,
  withNode,
} from "./graph.js";
import { CARD_H, GAP_Y } from "./layout.js";
import { createNoteCommands } from "./note_commands.js";
import { withNote, withoutNotes } from "./notes.js";
import { clearSpot, cardWidth, isTidy, positions, tidied } from "./places.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").Point} Point */

/**
 * @param {any} store
 * @param {ReturnType<typeof import("./catalog.js").createCatalog>} catalog
 */
export function createCommands(store, catalog) {
  const graph = () => /** @type {Graph} */ (store.get().graph);

  /** A fresh node of a type, not yet in any graph. */
  function fresh(type, within = graph()) {
    const entry = catalog.get(type);
    return {
      key: freeKey(
        type,
        within.nodes.map((node) => node.key),
      ),
      type,
      name: freeName(
        entry.title,
        within.nodes.map((node) => node.name),
      ),
      ...(entry.needs_connection ? { connection: catalog.connectionFor(entry, within) } : {}),
      config: structuredClone(entry.defaults ?? {}),
    };
  }

  /** Put a change of the graph in its place: a flow that was tidy stays tidy, one arranged by hand is left as it is. */
  function placed(before, after, anchor) {
    return isTidy(before, catalog) ? tidied(after, catalog, anchor) : after;
  }

  /** The port that a following step would hang from: the first open one, else the first; null when it ends the flow. */
  function openPort(g, key) {
    const ports = catalog.ports(/** @type {any} */ (nodeOf(g, key)));
    return (ports.find((port) => !edgesFrom(g, key, port.key).length) ?? ports[0])?.key ?? null;
  }

  const commands = {
    ...createNoteCommands(store, catalog),

    /** The exit that a step after this one would take. @param {string} key */
    openPort: (key) => openPort(graph(), key),

    /** Add a step where the hand let go, connected to nothing. Returns its key. @param {string} type @param {Point} at */
    addLoose(type, at) {
      const node = fresh(type);
      store.commit(`Add ${node.name}`, (g) => ({ ...g, nodes: [...g.nodes, { ...node, position: at }] }), {
        select: [node.key],
      });
      return node.key;
    },

    /**
     * Add a step after another, at a port. What followed there now follows the new step. Returns the new key.
     * @param {string} type @param {string} source @param {string|null} [port] @param {Point|null} [at] where the hand let go
     */
    insertAfter(type, source, port = null, at = null) {
      const before = graph();
      const exit = port ?? openPort(before, source);
      const node = fresh(type);
      const entry = catalog.get(type);
      if (exit === null || entry.kind === "trigger") return commands.addLoose(type, at ?? commands.freeSpot());
      const spot = at ?? clearSpot(before, catalog, source, exit);
      const followers = edgesFrom(before, source, exit);
      const heir = catalog.ports(node)[0]?.key;
      store.commit(
        `Add ${node.name}`,
        (g) => {
          const edges = g.edges.filter((edge) => !followers.includes(edge));
          edges.push({ source, port: exit, target: node.key });
          if (heir !== undefined)
            for (const edge of followers) edges.push({ source: node.key, port: heir, target: edge.target });
          const nodes = [...g.nodes, { ...node, position: spot }];
          const grown = { ...g, nodes, edges };
          if (at) return grown;
          return isTidy(before, catalog)
            ? tidied(grown, catalog, source)
            : followers.length
              ? pushedDown(grown, node.key)
              : grown;
        },
        { select: [node.key] },
      );
      return node.key;
    },

    /** Add a step into an edge. Returns the new key. @param {string} type @param {import("./types.js").Edge} edge */
    insertOnEdge(type, edge, at = null) {
      const before = graph();
      const node = fresh(type);
      const heir = catalog.ports(node)[0]?.key;
      if (catalog.get(type).kind === "trigger") return commands.addLoose(type, at ?? commands.freeSpot());
      store.commit(
        `Add ${node.name}`,
        (g) => {
          const spot = at ?? positions(g, catalog)[edge.target];
          const edges = g.edges.flatMap((one) =>
            edgeId(one) !== edgeId(edge)
              ? [one]
              : [
                  { ...edge, target: node.key },
                  ...(heir === undefined ? [] : [{ source: node.key, port: heir, target: edge.target }]),
                ],
          );
          const grown = { ...g, nodes: [...g.nodes, { ...node, position: spot }], edges };
          return isTidy(before, catalog) ? tidied(grown, catalog, edge.source) : pushedDown(grown, node.key);
        },
        { select: [node.key] },
      );
      return node.key;
    },

    /** Add a step where it makes most sense: after the selected one, else at the end of the flow. Returns its key. */
    add(type) {
      const { selected } = store.get();
      const g = graph();
      if (catalog.get(type).kind === "trigger") return commands.addTrigger(type);
      if (selected && openPort(g, selected) !== null) return commands.insertAfter(type, selected);
      const open = inOrder(g).filter((key) => {
        const ports = catalog.ports(/** @type {any} */ (nodeOf(g, key)));
        return ports.some((port) => !edgesFrom(g, key, port.key).length);
      });
      const last = open.at(-1);
      return last ? commands.insertAfter(type, last) : commands.addLoose(type, commands.freeSpot());
    },

    /** Add a trigger; a flow that has no beginning yet gets it above its first step. Returns its key. */
    addTrigger(type) {
      const g = graph();
      const node = fresh(type);
      const roots = g.nodes.filter((one) => !edgesInto(g, one.key).length);
      const port = catalog.ports(node)[0]?.key;
      if (roots.length !== 1 || catalog.of(roots[0]).kind === "trigger" || port === undefined) {
        return commands.addLoose(type, commands.freeSpot());
      }
      const below = positions(g, catalog)[roots[0].key];
      const at = { x: below.x, y: below.y - CARD_H - GAP_Y };
      store.commit(
        `Add ${node.name}`,
        (now) => ({
          ...now,
          nodes: [{ ...node, position: at }, ...now.nodes],
          edges: [...now.edges, { source: node.key, port, target: roots[0].key }],
        }),
        { select: [node.key] },
      );
      return node.key;
    },

    /** A place for a loose step that covers no other: right of the topmost ones. @returns {Point} */
    freeSpot() {
      const g = graph();
      const all = Object.values(positions(g, catalog));
      if (!all.length) return { x: 0, y: 0 };
      const top = Math.min(...all.map((p) => p.y));
      return {
        x: Math.max(...g.nodes.map((n) => positions(g, catalog)[n.key].x + cardWidth(catalog, n))) + 80,
        y: top,
      };
    },

    /** Draw an edge. Returns null, or the reason why it may not be. */
    connect(source, port, target) {
      const reason = reasonAgainst(graph(), catalog, source, port, target);
      if (reason) return reason;
      store.commit("Connect", (g) => ({ ...g, edges: [...g.edges, { source, port, target }] }));
      return null;
    },

    /** Take an edge away. @param {string} id see graph.edgeId */
    disconnect(id) {
      return store.commit("Disconnect", (g) => {
        const edges = g.edges.filter((edge) => edgeId(edge) !== id);
        return edges.length === g.edges.length ? g : { ...g, edges };
      });
    },

    /** Remove steps and notes; where a step had one way on, those before it are joined to those after it. */
    remove(keys, notes = []) {
      const before = graph();
      const gone = keys.filter((key) => nodeOf(before, key));
      if (!gone.length) return notes.length > 0 && store.commit("Delete note", (g) => withoutNotes(g, notes));
      const parents = edgesInto(before, gone[0]).map((edge) => edge.source);
      const next = parents.find((key) => !gone.includes(key)) ?? null;
      const label = gone.length === 1 ? `Delete ${nodeOf(before, gone[0])?.name}` : `Delete ${gone.length} steps`;
      return store.commit(label, (g) => withoutNotes(placed(before, gone.reduce(healed, g), next), notes), {
        select: next ? [next] : [],
      });
    },

    /** Move steps and notes to where the hand let go. @param {Record<string, Point>} to @param {Record<string, Point>} notes */
    move(to, merge = undefined, notes = {}) {
      const all = positions(graph(), catalog);
      store.commit(
        "Move",
        (g) => {
          // A person who moves one card settles where all of them stand.
          const nodes = g.nodes.map((node) => {
            const position = to[node.key] ?? all[node.key];
            const still = node.position && node.position.x === position.x && node.position.y === position.y;
            return still ? node : { ...node, position: rounded(position) };
          });
          return Object.entries(notes).reduce(
            (now, [key, position]) => withNote(now, key, (note) => ({ ...note, position: rounded(position) })),
            nodes.every((node, i) => node === g.nodes[i]) ? g : { ...g, nodes },
          );
        },
        { merge },
      );
    },

    /** The steps, the edges among them and the notes as JSON text, for the clipboard. */
    copy: (keys, notes = []) => stepsAsText(graph(), catalog, keys, notes),

    /**
     * Put steps from JSON text into the flow, with keys of their own. Returns what came, with the steps that they refer
     * to and that are not here; or a sentence on why not.
     */
    paste(text, at = null) {
      const found = readSteps(text, graph().nodes.length);
      if (typeof found === "string") return found;
      const added = withOwnKeys(found, graph(), catalog);
      const all = [...found.nodes, ...found.notes];
      const corner = (axis) => Math.min(...all.map((one) => one.position?.[axis] ?? 0));
      const shift = at ? { x: at.x - corner("x"), y: at.y - corner("y") } : { x: 40, y: 40 };
      const placedAt = ({ x, y }) => ({ x: Math.round(x + shift.x), y: Math.round(y + shift.y) });
      const nodes = added.nodes.map((node) => ({ ...node, position: placedAt(node.position ?? { x: 0, y: 0 }) }));
      const notes = added.notes.map((note) => ({ ...note, position: placedAt(note.position) }));
      store.commit(
        nodes.length === 1 ? `Paste ${nodes[0].name}` : `Paste ${nodes.length ? `${nodes.length} steps` : "notes"}`,
        (g) => ({
          ...g,
          nodes: [...g.nodes, ...nodes],
          edges: [...g.edges, ...added.edges],
          ...(notes.length ? { notes: [...(g.notes ?? []), ...notes] } : {}),
        }),
        { select: nodes.map((node) => node.key), notes: notes.map((note) => note.key) },
      );
      return { steps: nodes.length, notes: notes.length, missing: added.missing };
    },

    /** Copies of steps beside them. */
    duplicate(keys, notes = []) {
      return keys.length + notes.length > 0 ? commands.paste(commands.copy(keys, notes)) : null;
    },

    /** Give a step another name; typing folds into one step of undo. */
    rename(key, name) {
      const kept = cut(name);
      store.commit("Rename", (g) => withNode(g, key, (node) => (node.name === kept ? node : { ...node, name: kept })), {
        merge: `name:${key}`,
      });
    },

    /** Give a step another key and rewrite every reference to it. Returns null, or the reason why not. */
    rekey(key, wanted) {
      if (!/^[a-z][a-z0-9_]*$/.test(wanted))
        return "A key begins with a small letter and has only small letters, digits and _.";
      if (wanted === key) return null;
      if (nodeOf(graph(), wanted)) return `Another step is called “${wanted}” already.`;
      store.commit(
        "Change key",
        (g) => ({
          ...g,
          nodes: g.nodes.map((node) => {
            const config = rewriteReferences(node.config, { [key]: wanted });
            if (node.key === key) return { ...node, key: wanted, config };
            return config === node.config ? node : { ...node, config };
          }),
          edges: g.edges.map((edge) =>
            edge.source === key || edge.target === key
              ? {
                  ...edge,
                  source: edge.source === key ? wanted : edge.source,
                  target: edge.target === key ? wanted : edge.target,
                }
              : edge,
          ),
        }),
        { select: [wanted] },
      );
      return null;
    },

    /** Place all steps anew. */
    tidy() {
      return store.commit("Tidy up", (g) => (isTidy(g, catalog) ? g : tidied(g, catalog)));
    },
  };

  /** Everything that stands at or below a new step, and hangs from it, makes room. */
  function pushedDown(g, key) {
    const all = positions(g, catalog);
    const at = all[key];
    const below = new Set();
    const stack = edgesFrom(g, key).map((edge) => edge.target);
    while (stack.length) {
      const next = /** @type {string} */ (stack.pop());
      if (below.has(next)) continue;
      below.add(next);
      stack.push(...edgesFrom(g, next).map((edge) => edge.target));
    }
    const highest = Math.min(...[...below].map((k) => all[k].y));
    const room = at.y + CARD_H + GAP_Y - highest;
    if (room <= 0) return g;
    return {
      ...g,
      nodes: g.nodes.map((node) =>
        below.has(node.key) ? { ...node, position: { x: all[node.key].x, y: all[node.key].y + room } } : node,
      ),
    };
  }

  return commands;
}

const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });

/** The graph without a step, its neighbours joined when all its ways on leave by one port. @param {Graph} g */
export function healed(g, key) {
  const into = edgesInto(g, key);
  const out = edgesFrom(g, key);
  const edges = g.edges.filter((edge) => edge.source !== key && edge.target !== key);
  if (new Set(out.map((edge) => edge.port)).size === 1) {
    const there = new Set(edges.map(edgeId));
    for (const before of into) {
      for (const after of out) {
        const edge = { source: before.source, port: before.port, target: after.target };
        if (!there.has(edgeId(edge))) edges.push(edge);
        there.add(edgeId(edge));
      }
    }
  }
  return { ...g, nodes: g.nodes.filter((node) => node.key !== key), edges };
}
