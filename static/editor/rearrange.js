// @ts-check
/** Taking a step out of its place and putting it into another one, edges healed on both sides. Pure: graphs come in, graphs go out. */

import { healed } from "./commands.js";
import { edgesFrom, edgesInto, nodeOf } from "./graph.js";
import { clearSpot, isTidy, positions, tidied } from "./places.js";

/** Why a step can't be taken from where it is, in words; null when it can. */
export function reasonAgainstMove(graph, catalog, key) {
  const node = nodeOf(graph, key);
  if (!node) return "That step is no longer here.";
  if (catalog.of(node).kind === "trigger") return `“${node.name}” is a trigger: it stays where the flow begins.`;
  if (new Set(edgesFrom(graph, key).map((edge) => edge.port)).size > 1)
    return `“${node.name}” has steps at several exits: disconnect all but one before it is moved.`;
  return null;
}

/** The graph with the step's neighbours joined and the step itself beside them, connected to nothing. */
const loosened = (graph, key) => ({ ...graph, edges: healed(graph, key).edges });

/** Hang a loose step from an exit; what followed there follows the step. A sentence when it can't. */
function hung(graph, catalog, key, source, port) {
  const node = nodeOf(graph, key);
  const followers = edgesFrom(graph, source, port);
  const heir = heirOf(graph, catalog, key);
  if (heir === undefined && followers.length) return `“${node?.name}” ends the flow: it can only stand last.`;
  const edges = graph.edges.filter((edge) => !followers.includes(edge));
  edges.push({ source, port, target: key }, ...followers.map((edge) => ({ source: key, port: heir, target: edge.target })));
  return { ...graph, edges };
}

/** Put a loose step before another; all that led there leads to it. A sentence when it can't. */
function setBefore(graph, catalog, key, target) {
  const node = nodeOf(graph, key);
  const heir = heirOf(graph, catalog, key);
  if (heir === undefined) return `“${node?.name}” ends the flow: it can only stand last.`;
  const edges = graph.edges.map((edge) => (edge.target === target ? { ...edge, target: key } : edge));
  return { ...graph, edges: [...edges, { source: key, port: heir, target }] };
}

/** The exit that leads on: the first one. */
const heirOf = (graph, catalog, key) => catalog.ports(nodeOf(graph, key))[0]?.key;

/** Cards follow where the flow was tidy; else the moved card finds a free place at its new neighbour. */
function placed(before, after, catalog, key) {
  if (isTidy(before, catalog)) return tidied(after, catalog);
  const into = edgesInto(after, key)[0];
  const spot = into ? clearSpot(before, catalog, into.source, into.port) : positions(before, catalog)[key];
  return { ...after, nodes: after.nodes.map((node) => (node.key === key ? { ...node, position: spot } : node)) };
}

function moved(graph, catalog, key, put) {
  const reason = reasonAgainstMove(graph, catalog, key);
  if (reason) return reason;
  const after = put(loosened(graph, key));
  return typeof after === "string" ? after : placed(graph, after, catalog, key);
}

/** The graph with a step behind another, at one of its exits; or a sentence on why not. */
export const movedAfter = (graph, catalog, key, source, port) =>
  source === key
    ? "A step can't follow itself."
    : moved(graph, catalog, key, (loose) => hung(loose, catalog, key, source, port));

/** The graph with a step one place earlier; or a sentence on why not. */
export function movedEarlier(graph, catalog, key) {
  const into = edgesInto(graph, key);
  const before = into.length === 1 ? nodeOf(graph, into[0].source) : null;
  const name = nodeOf(graph, key)?.name;
  if (into.length > 1) return `Several steps lead to “${name}”: choose its place with M.`;
  if (!before || catalog.of(before).kind === "trigger") return `“${name}” is first already.`;
  return moved(graph, catalog, key, (loose) => setBefore(loose, catalog, key, before.key));
}

/** The graph with a step one place later; or a sentence on why not. */
export function movedLater(graph, catalog, key) {
  const out = edgesFrom(graph, key);
  const name = nodeOf(graph, key)?.name;
  if (!out.length) return `“${name}” is last already.`;
  if (out.length > 1) return `Several steps follow “${name}”: choose its place with M.`;
  const next = out[0].target;
  const exit = heirOf(graph, catalog, next);
  if (exit === undefined) return `“${nodeOf(graph, next)?.name}” ends the flow: nothing can follow.`;
  return moved(graph, catalog, key, (loose) => hung(loose, catalog, key, next, exit));
}
