// @ts-check
/** Where the cards of a graph stand: as moved by hand, else as the layout has it. Pure. */

import { nodeOf } from "./graph.js";
import { CARD_H, CARD_W, GAP_X, GAP_Y, layout } from "./layout.js";

/** A card grows with its exits, so that each has room for its label. */
export function cardWidth(catalog, node) {
  return Math.max(CARD_W, catalog.ports(node).length * 88);
}

/** Where a port sits on the lower edge of its card, from the left. */
export const portX = (width, index, count) => Math.round((width * (index + 0.5)) / count);

/** The layout of a whole graph, whatever its nodes say. */
export function arranged(graph, catalog) {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  const order = (key, port) => {
    const at = catalog.ports(nodes.get(key)).findIndex((one) => one.key === port);
    return at < 0 ? 99 : at;
  };
  return layout(graph, order, (key) => cardWidth(catalog, nodes.get(key)));
}

const cache = new WeakMap();

/** Graphs from elsewhere have no places, or all steps in the same one. */
function isUnplaced({ nodes }) {
  const [first] = nodes;
  return (
    nodes.length > 1 && nodes.every((n) => n.position?.x === first.position?.x && n.position?.y === first.position?.y)
  );
}

/** A place for every step. @returns {Record<string, import("./types.js").Point>} */
export function positions(graph, catalog) {
  const known = cache.get(graph);
  if (known) return known;
  const needed = isUnplaced(graph) || graph.nodes.some((node) => !node.position);
  const drawn = needed ? arranged(graph, catalog) : {};
  const found = Object.fromEntries(
    graph.nodes.map((node) => [node.key, (!isUnplaced(graph) && node.position) || drawn[node.key]]),
  );
  cache.set(graph, found);
  return found;
}

/** The graph with a place on every step, so that what is added later stands beside them. */
export function withPlaces(graph, catalog) {
  if (!isUnplaced(graph) && graph.nodes.every((node) => node.position)) return graph;
  const all = positions(graph, catalog);
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, position: all[node.key] })) };
}

/** Whether the graph stands just as "Tidy up" would have it, wherever on the canvas. */
export function isTidy(graph, catalog) {
  if (!graph.nodes.length || isUnplaced(graph)) return true;
  const wanted = arranged(graph, catalog);
  const now = positions(graph, catalog);
  const [first] = graph.nodes;
  const shift = { x: now[first.key].x - wanted[first.key].x, y: now[first.key].y - wanted[first.key].y };
  return graph.nodes.every(
    ({ key }) =>
      Math.abs(now[key].x - wanted[key].x - shift.x) < 2 && Math.abs(now[key].y - wanted[key].y - shift.y) < 2,
  );
}

/** The graph as the layout has it; the anchor step stays where it is. */
export function tidied(graph, catalog, anchor = null) {
  const wanted = arranged(graph, catalog);
  const now = anchor && nodeOf(graph, anchor) ? positions(graph, catalog)[anchor] : null;
  const shift = now && anchor ? { x: now.x - wanted[anchor].x, y: now.y - wanted[anchor].y } : { x: 0, y: 0 };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const position = { x: wanted[node.key].x + shift.x, y: wanted[node.key].y + shift.y };
      return node.position?.x === position.x && node.position?.y === position.y ? node : { ...node, position };
    }),
  };
}

/** A place below a port of a step that covers no other card: straight below, else as near to the right as there is room. */
export function clearSpot(graph, catalog, source, port) {
  const node = nodeOf(graph, source);
  const all = positions(graph, catalog);
  if (!node) return { x: 0, y: 0 };
  const ports = catalog.ports(node);
  const index = Math.max(
    0,
    ports.findIndex((one) => one.key === port),
  );
  const width = cardWidth(catalog, node);
  // Arms spread by whole cards, so that two of them never meet.
  const spread = (index - (ports.length - 1) / 2) * (CARD_W + GAP_X);
  const at = { x: Math.round(all[source].x + width / 2 + spread - CARD_W / 2), y: all[source].y + CARD_H + GAP_Y };
  const taken = (spot) =>
    graph.nodes.some(
      ({ key }) =>
        Math.abs(all[key].x - spot.x) < CARD_W + GAP_X / 2 && Math.abs(all[key].y - spot.y) < CARD_H + GAP_Y / 2,
    );
  const followers = graph.edges.some((edge) => edge.source === source && edge.port === port);
  for (let n = 0; !followers && taken(at) && n < 50; n++) at.x += CARD_W + GAP_X;
  return at;
}
