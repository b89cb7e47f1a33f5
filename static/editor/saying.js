// @ts-check
/** What is said aloud about steps: their names for screen readers, and what became of a change. Pure. */

import { words } from "./catalog.js";
import { edgesFrom, edgesInto, nodeOf } from "./graph.js";

const counted = (n, one, many) => (n ? `${n} ${n === 1 ? one : many}` : "");

/**
 * The name of a step: "Branch, Opened welcome?, succeeded, 1 error, 2 exits, step 4 of 12".
 * @param {{title: string, name: string, state?: string, told?: string[], errors?: number, warnings?: number, exits?: number,
 *          place?: number, count?: number}} step
 */
export function stepLabel({ title, name, state = "", told = [], errors = 0, warnings = 0, exits = 1, place, count }) {
  return [
    name && name !== title ? `${title}, ${name}` : title,
    state,
    ...told,
    counted(errors, "error", "errors"),
    counted(warnings, "warning", "warnings"),
    exits > 1 ? `${exits} exits` : "",
    place ? `step ${place} of ${count}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** How an exit is called. @param {{key: string, label?: string}} port */
export const exitName = (port) => port.label || words(port.key);

/** "Check", or "“Yes” of Check" when the step has several exits. */
export function sourceWords(graph, catalog, { source, port }) {
  const node = nodeOf(graph, source);
  const ports = node ? catalog.ports(node) : [];
  const exit = ports.find((one) => one.key === port);
  return ports.length > 1 && exit ? `“${exitName(exit)}” of ${node?.name}` : (node?.name ?? source);
}

/** Where a step stands: " after Every night", " between Check and Send", or nothing. */
export function placeWords(graph, catalog, key) {
  const before = edgesInto(graph, key)[0];
  const after = edgesFrom(graph, key)[0];
  const next = after && nodeOf(graph, after.target)?.name;
  if (before && next) return ` between ${sourceWords(graph, catalog, before)} and ${next}`;
  if (before) return ` after ${sourceWords(graph, catalog, before)}`;
  return next ? ` before ${next}` : "";
}

/** "Branch added after Every night". */
export const addedWords = (graph, catalog, key) => `${nodeOf(graph, key)?.name} added${placeWords(graph, catalog, key)}`;

/** "Connected: “Yes” of Check leads to Send". */
export function connectedWords(graph, catalog, edge, word = "Connected") {
  return `${word}: ${sourceWords(graph, catalog, edge)} leads to ${nodeOf(graph, edge.target)?.name}`;
}
