// @ts-check
/** Steps and notes as text: what copy writes and paste reads, with keys that are free where they land. Pure. */

import { MOST_NAME, cut, freeKey, freeName, referencesIn, rewriteReferences } from "./graph.js";
import { freeNoteKey, readNotes } from "./notes.js";
import { positions } from "./places.js";

const NONE = "There are no steps in the clipboard. Copy steps of a flow, or the JSON text of one, then paste again.";
const MOST_STEPS = 500;
const MOST_TEXT = 2_000_000;
const FAR = 1_000_000;
const KEY = /^[a-z][a-z0-9_]{0,63}$/;

/** The chosen steps, the edges among them and the chosen notes as JSON text. */
export function stepsAsText(graph, catalog, keys, noteKeys = []) {
  const chosen = new Set(keys);
  const all = positions(graph, catalog);
  const nodes = graph.nodes
    .filter((node) => chosen.has(node.key))
    .map((node) => ({ ...node, position: all[node.key] }));
  const edges = graph.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target));
  const notes = (graph.notes ?? []).filter((note) => noteKeys.includes(note?.key));
  return JSON.stringify({ helix: "steps", format: graph.format, nodes, edges, notes }, null, 2);
}

/** Without what no database takes: NUL, and halves of characters. @param {string} text */
const cleaned = (text) => /** @type {any} */ (text.replaceAll("\0", "")).toWellFormed();

const isPlain = (value) => !!value && typeof value === "object" && !Array.isArray(value);
const isStep = (node) => isPlain(node) && [node.type, node.key].every((part) => typeof part === "string" && part && part.length <= MOST_NAME);
const within = (n) => (Number.isFinite(n) ? Math.max(-FAR, Math.min(FAR, n)) : 0);

/** A step as the editor may trust it: every part of the kind it should be, the rest left out. */
function sound(node) {
  const { name, config, connection, position, ...rest } = node;
  return {
    ...rest,
    ...(typeof name === "string" ? { name: cut(name) } : {}),
    ...(typeof connection === "string" ? { connection: cut(connection) } : {}),
    config: isPlain(config) ? config : {},
    ...(isPlain(position) ? { position: { x: within(position.x), y: within(position.y) } } : {}),
  };
}

/**
 * Steps out of pasted text: our own clipboard, or a whole flow. A sentence when there are none to be had.
 * @param {string} text @param {number} [here] how many steps the flow has already
 */
export function readSteps(text, here = 0) {
  if (text.length > MOST_TEXT) return "That text is too large for a flow (2 MB is the most). Paste fewer steps.";
  let found;
  try {
    found = JSON.parse(text, (_, value) => (typeof value === "string" ? cleaned(value) : value));
  } catch {
    return NONE;
  }
  const graph = isPlain(found?.graph) ? found.graph : found;
  if (!isPlain(graph)) return NONE;
  const seen = new Set();
  const nodes = (Array.isArray(graph.nodes) ? graph.nodes : [])
    .filter((node) => isStep(node) && !seen.has(node.key) && seen.add(node.key))
    .map(sound);
  const notes = readNotes(graph.notes);
  if (!nodes.length && !notes.length) return NONE;
  if (nodes.length + here > MOST_STEPS)
    return `A flow holds ${MOST_STEPS} steps at most: here are ${here}, in the clipboard ${nodes.length}. Paste fewer, or make a second flow.`;
  const edges = (Array.isArray(graph.edges) ? graph.edges : [])
    .filter((edge) => isPlain(edge) && seen.has(edge.source) && seen.has(edge.target))
    .map(({ source, port, target }) => ({ source, port: typeof port === "string" ? cut(port) : "next", target }));
  return { nodes, edges, notes };
}

/** Pasted steps under keys and names that are free here; references follow, unknown connections are replaced. */
export function withOwnKeys(found, graph, catalog) {
  const taken = graph.nodes.map((node) => node.key);
  const names = graph.nodes.map((node) => node.name);
  const keys = Object.create(null);
  for (const node of found.nodes) {
    const own = KEY.test(node.key);
    const base = own ? node.key.replace(/_\d+$/, "") : node.type;
    keys[node.key] = freeKey(taken.includes(node.key) ? base : own ? node.key : node.type, taken);
    taken.push(keys[node.key]);
  }
  const missing = new Set();
  const nodes = found.nodes.map((node) => {
    const name = freeName(node.name || catalog.of(node).title, names);
    names.push(name);
    const known = !node.connection || catalog.connections.some((one) => one.name === node.connection);
    const connection = known ? {} : { connection: catalog.connectionFor(catalog.of(node), graph) };
    const config = rewriteReferences(node.config, keys);
    for (const key of referencesIn(config)) if (!taken.includes(key)) missing.add(key);
    return { ...node, ...connection, key: keys[node.key], name, config };
  });
  const edges = found.edges.map((edge) => ({ source: keys[edge.source], port: edge.port, target: keys[edge.target] }));
  const noted = [...(graph.notes ?? [])];
  for (const note of found.notes) noted.push({ ...note, key: freeNoteKey(noted) });
  return { nodes, edges, notes: noted.slice((graph.notes ?? []).length), missing: [...missing] };
}
