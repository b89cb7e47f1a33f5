// @ts-check
/** Questions about a graph, and the small changes that commands are made of. Pure: graphs come in, graphs go out. */

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").Edge} Edge */

/** A graph with nothing in it. @returns {Graph} */
export const emptyGraph = () => ({ format: 1, nodes: [], edges: [], notes: [] });

/** What tells an edge from the others. @param {Edge} edge */
export const edgeId = (edge) => `${edge.source}|${edge.port}|${edge.target}`;

/** @param {Graph} graph @param {string|null} key */
export const nodeOf = (graph, key) => graph.nodes.find((node) => node.key === key);
export const edgesInto = (graph, key) => graph.edges.filter((edge) => edge.target === key);
export const edgesFrom = (graph, key, port = null) =>
  graph.edges.filter((edge) => edge.source === key && (port === null || edge.port === port));

/** Whether a path leads from one step to another (a step reaches itself). @param {Graph} graph */
export function reaches(graph, from, to) {
  const next = new Map();
  for (const edge of graph.edges) next.set(edge.source, [...(next.get(edge.source) ?? []), edge.target]);
  const seen = new Set();
  const stack = [from];
  while (stack.length) {
    const key = stack.pop();
    if (key === to) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    stack.push(...(next.get(key) ?? []));
  }
  return false;
}

/**
 * Why an edge may not be drawn, in words; null when it may.
 * @param {Graph} graph
 * @param {ReturnType<typeof import("./catalog.js").createCatalog>} catalog
 */
export function reasonAgainst(graph, catalog, source, port, target) {
  const from = nodeOf(graph, source);
  const to = nodeOf(graph, target);
  if (!from || !to) return "That step is no longer here.";
  if (source === target) return "A step can't lead to itself.";
  if (catalog.of(to).kind === "trigger")
    return `“${to.name}” is a trigger: it starts the flow, nothing can lead into it.`;
  if (!catalog.ports(from).some((known) => known.key === port)) return `“${from.name}” has no exit “${port}”.`;
  if (graph.edges.some((edge) => edge.source === source && edge.port === port && edge.target === target)) {
    return "These two are already connected.";
  }
  if (reaches(graph, target, source)) return `That would be a loop: “${to.name}” already leads to “${from.name}”.`;
  return null;
}

/** A free key for a new step of a type: "customerio.get_segments" -> "get_segments", "get_segments_2", … */
export function freeKey(type, taken) {
  const tail = (type.split(".").pop() ?? "step")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  const base = tail || "step";
  const used = new Set(taken);
  for (let n = 1; ; n++) {
    const key = n === 1 ? base : `${base}_${n}`;
    if (!used.has(key)) return key;
  }
}

/** The longest name that the server takes (helix/flows/graph.py). */
export const MOST_NAME = 200;
/** A name that is not too long; no character is cut in two. @param {string} name */
export const cut = (name, most = MOST_NAME) => /** @type {any} */ (name.slice(0, most)).toWellFormed();

/** A free name, numbered like the key: "List segments", "List segments 2". */
export function freeName(name, taken) {
  const used = new Set(taken);
  const base = cut(name.replace(/ \d+$/, ""), MOST_NAME - 10);
  if (!used.has(name)) return name;
  for (let n = 2; ; n++) if (!used.has(`${base} ${n}`)) return `${base} ${n}`;
}

/** Steps in reading order: entries first, then along the edges; what a cycle holds back comes last. @param {Graph} graph */
export function inOrder(graph) {
  const waits = new Map(graph.nodes.map((node) => [node.key, 0]));
  for (const edge of graph.edges) if (waits.has(edge.target)) waits.set(edge.target, (waits.get(edge.target) ?? 0) + 1);
  const ready = graph.nodes.filter((node) => !waits.get(node.key)).map((node) => node.key);
  for (let i = 0; i < ready.length; i++) {
    for (const edge of edgesFrom(graph, ready[i])) {
      const left = (waits.get(edge.target) ?? 0) - 1;
      waits.set(edge.target, left);
      if (left === 0) ready.push(edge.target);
    }
  }
  return [...ready, ...graph.nodes.map((node) => node.key).filter((key) => !ready.includes(key))];
}

/** Put another node in the place of one. @param {Graph} graph */
export function withNode(graph, key, change) {
  const nodes = graph.nodes.map((node) => (node.key === key ? change(node) : node));
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

/**
 * The same value with every reference to steps in Liquid rewritten: keys is {old: new}.
 * What needs no change stays the same object.
 * @param {any} value a config, or anything inside one
 * @param {Record<string, string>} keys
 */
export function rewriteReferences(value, keys) {
  if (Array.isArray(value)) {
    const items = value.map((item) => rewriteReferences(item, keys));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  if (value && typeof value === "object") {
    if (typeof value.$liquid === "string") {
      const text = rewriteLiquid(value.$liquid, keys);
      return text === value.$liquid ? value : { ...value, $liquid: text };
    }
    const entries = Object.entries(value).map(([name, item]) => [name, rewriteReferences(item, keys)]);
    return entries.every(([name, item]) => item === value[name]) ? value : Object.fromEntries(entries);
  }
  return value;
}

const TAG = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const QUOTED = /"[^"]*"|'[^']*'/;
const REFERENCE = new RegExp(
  `(?<![\\w.])steps(?:\\.([a-z][a-z0-9_]*)|\\[\\s*(["'])([^"']+)\\2\\s*\\])|${QUOTED.source}`,
  "g",
);

/** Rewrite `steps.old` and `steps["old"]` inside tags; quoted text is left alone. */
function rewriteLiquid(text, keys) {
  return text.replace(TAG, (tag) =>
    tag.replace(REFERENCE, (whole, dotted, quote, quoted) => {
      const key = dotted ?? quoted;
      if (key === undefined || !Object.hasOwn(keys, key)) return whole;
      return dotted === undefined ? `steps[${quote}${keys[key]}${quote}]` : `steps.${keys[key]}`;
    }),
  );
}

/** The keys of all steps that a value refers to in Liquid. @param {any} value @returns {string[]} */
export function referencesIn(value) {
  if (!value || typeof value !== "object") return [];
  if (typeof value.$liquid !== "string") return Object.values(value).flatMap(referencesIn);
  return (value.$liquid.match(TAG) ?? []).flatMap((tag) =>
    [...tag.matchAll(REFERENCE)].map((match) => match[1] ?? match[3]).filter(Boolean),
  );
}
