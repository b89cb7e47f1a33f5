// @ts-check
/** Steps as text: what copy writes and paste reads, with keys that are free where they land. Pure. */

import { freeKey, freeName, rewriteReferences } from "./graph.js";
import { positions } from "./places.js";

/** The chosen steps and the edges among them as JSON text. */
export function stepsAsText(graph, catalog, keys) {
  const chosen = new Set(keys);
  const all = positions(graph, catalog);
  const nodes = graph.nodes
    .filter((node) => chosen.has(node.key))
    .map((node) => ({ ...node, position: all[node.key] }));
  const edges = graph.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target));
  return JSON.stringify({ helix: "steps", format: graph.format, nodes, edges }, null, 2);
}

/** Steps out of pasted text: our own clipboard, or a whole flow. */
export function readSteps(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return "There are no steps in the clipboard. Copy steps of a flow first.";
  }
  const graph = found?.graph ?? found;
  const nodes = Array.isArray(graph?.nodes) ? graph.nodes.filter((node) => node?.type && node?.key) : [];
  if (!nodes.length) return "There are no steps in the clipboard. Copy steps of a flow first.";
  const keys = new Set(nodes.map((node) => node.key));
  const edges = (Array.isArray(graph.edges) ? graph.edges : []).filter(
    (edge) => keys.has(edge?.source) && keys.has(edge?.target),
  );
  return { nodes, edges };
}

/** Pasted steps under keys and names that are free here; references follow, unknown connections are replaced. */
export function withOwnKeys(found, graph, catalog) {
  const taken = graph.nodes.map((node) => node.key);
  const names = graph.nodes.map((node) => node.name);
  const keys = {};
  for (const node of found.nodes) {
    const base = /^[a-z][a-z0-9_]*$/.test(node.key) ? node.key.replace(/_\d+$/, "") : node.type;
    keys[node.key] = taken.includes(node.key)
      ? freeKey(base, taken)
      : freeKey(/^[a-z][a-z0-9_]*$/.test(node.key) ? node.key : node.type, taken);
    taken.push(keys[node.key]);
  }
  const nodes = found.nodes.map((node) => {
    const name = freeName(node.name ?? catalog.of(node).title, names);
    names.push(name);
    const known = !node.connection || catalog.connections.some((one) => one.name === node.connection);
    const connection = known ? {} : { connection: catalog.connectionFor(catalog.of(node), graph) };
    return { ...node, ...connection, key: keys[node.key], name, config: rewriteReferences(node.config ?? {}, keys) };
  });
  const edges = found.edges.map((edge) => ({ source: keys[edge.source], port: edge.port, target: keys[edge.target] }));
  return { nodes, edges };
}
