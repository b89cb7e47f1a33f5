// @ts-check
/** The flow as the rows of a tree: steps, exits of branches, and the places where a path goes on elsewhere. Pure. */

import { edgeId, edgesFrom, edgesInto, inOrder, nodeOf } from "./graph.js";
import { exitName } from "./saying.js";

/**
 * @typedef {{id: string, kind: "step"|"arm"|"again", key: string, level: number, port?: string, label?: string,
 *            edge?: import("./types.js").Edge, open?: boolean}} Row
 * id tells rows apart: a step's key, "key|port" of an exit, and an edge's id where a path goes on elsewhere (see graph.edgeId).
 */

/**
 * Steps in a row share a level, arms of a branch go one deeper, and the step where arms meet stands below them at the
 * branch's own level; the arms point at it.
 * @returns {Row[]}
 */
export function outlineRows(graph, catalog) {
  const order = inOrder(graph);
  const opener = openers(graph, order);
  const meets = new Set(order.filter((key) => edgesInto(graph, key).length > 1));
  const seen = new Set();
  /** @type {Row[]} */
  const rows = [];

  function walk(start, level, edge) {
    for (let key = start; key; ) {
      if (seen.has(key) || (edge && meets.has(key))) {
        if (edge) rows.push({ id: edgeId(edge), kind: "again", key, level, edge });
        return;
      }
      seen.add(key);
      rows.push({ id: key, kind: "step", key, level });
      const ports = catalog.ports(nodeOf(graph, key));
      const ways = ports.flatMap((port) => edgesFrom(graph, key, port.key));
      if (ports.length < 2 && ways.length < 2) {
        edge = ways[0];
        key = edge?.target;
        continue;
      }
      for (const arm of ports.length > 1 ? exitRows(key, ports, ways, level + 1) : wayRows(key, ways, level + 1)) {
        rows.push(arm.row);
        for (const one of arm.ways) walk(one.target, level + 2, one);
      }
      for (const meet of order) if (meets.has(meet) && opener.get(meet) === key) walk(meet, level, null);
      return;
    }
  }
  for (const key of order) if (!edgesInto(graph, key).length) walk(key, 1, null);
  for (const key of order) walk(key, 1, null);
  return rows;
}

/** A row for every exit of a step, whether something follows or not. */
function exitRows(key, ports, ways, level) {
  return ports.map((port) => {
    const out = ways.filter((one) => one.port === port.key);
    const row = { id: `${key}|${port.key}`, kind: "arm", key, port: port.key, level, label: exitName(port), open: !out.length };
    return { row: /** @type {Row} */ (row), ways: out };
  });
}

/** A row for every way out of one exit. */
function wayRows(key, ways, level) {
  return ways.map((edge, i) => {
    const row = { id: `${edgeId(edge)}|way`, kind: "arm", key, port: edge.port, level, label: `Way ${i + 1} of ${ways.length}`, edge };
    return { row: /** @type {Row} */ (row), ways: [edge] };
  });
}

/** For every step the last one that all paths to it pass: the branch whose arms meet there; null where there is none. */
function openers(graph, order) {
  const place = new Map(order.map((key, i) => [key, i]));
  const opener = new Map();
  const depth = new Map();
  for (const key of order) {
    const before = edgesInto(graph, key).map((edge) => edge.source).filter((one) => (place.get(one) ?? 1e9) < place.get(key));
    let found = before[0] ?? null;
    for (let other of before.slice(1)) {
      while (found !== other && found !== null && other !== null) {
        if (depth.get(found) >= depth.get(other)) found = opener.get(found);
        else other = opener.get(other);
      }
      if (found !== other) found = null;
    }
    opener.set(key, found);
    depth.set(key, found === null ? 0 : depth.get(found) + 1);
  }
  return opener;
}

/** The row above this one that it hangs from: where ← leads. @param {Row[]} rows */
export function parentOf(rows, at) {
  for (let i = at - 1; i >= 0; i--) if (rows[i].level < rows[at].level) return i;
  return at;
}

/** The first row below this one that hangs from it: where → leads. @param {Row[]} rows */
export const childOf = (rows, at) => (rows[at + 1]?.level > rows[at].level ? at + 1 : at);
