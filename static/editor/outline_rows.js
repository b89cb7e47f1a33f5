// @ts-check
/** The flow as the rows of a tree: steps, exits of branches, and the places where a path joins another. Pure. */

import { edgeId, edgesFrom, edgesInto, inOrder, nodeOf } from "./graph.js";
import { exitName } from "./saying.js";

/**
 * @typedef {{id: string, kind: "step"|"arm"|"again", key: string, level: number, port?: string, label?: string,
 *            edge?: import("./types.js").Edge, open?: boolean}} Row
 * id tells rows apart: a step's key, "key|port" of an exit, and an edge's id where a path joins (see graph.edgeId).
 */

/**
 * Steps in a row share a level, arms of a branch go one deeper, a join is shown once and pointed at afterwards.
 * @returns {Row[]}
 */
export function outlineRows(graph, catalog) {
  const seen = new Set();
  /** @type {Row[]} */
  const rows = [];
  const roots = inOrder(graph).filter((key) => !edgesInto(graph, key).length);
  const starts = [...roots, ...graph.nodes.map((node) => node.key)];

  function walk(start, level, edge) {
    for (let key = start; key; ) {
      if (seen.has(key)) {
        rows.push({ id: edgeId(edge), kind: "again", key, level, edge });
        return;
      }
      seen.add(key);
      rows.push({ id: key, kind: "step", key, level });
      const ports = catalog.ports(nodeOf(graph, key));
      const ways = ports.flatMap((port) => edgesFrom(graph, key, port.key));
      if (ports.length > 1) {
        for (const port of ports) {
          const out = ways.filter((one) => one.port === port.key);
          rows.push({
            ...{ id: `${key}|${port.key}`, kind: "arm", key, port: port.key, level: level + 1 },
            ...{ label: exitName(port), open: !out.length },
          });
          for (const one of out) walk(one.target, level + 2, one);
        }
        return;
      }
      if (ways.length > 1) {
        ways.forEach((one, i) => {
          rows.push({
            ...{ id: `${edgeId(one)}|way`, kind: "arm", key, port: one.port, level: level + 1 },
            ...{ label: `Way ${i + 1} of ${ways.length}, at the same time`, edge: one },
          });
          walk(one.target, level + 2, one);
        });
        return;
      }
      edge = ways[0];
      key = edge?.target;
    }
  }
  for (const key of starts) if (!seen.has(key)) walk(key, 1, null);
  return rows;
}

/** The row above this one that it hangs from, or its first child: where ← and → lead. @param {Row[]} rows */
export function parentOf(rows, at) {
  for (let i = at - 1; i >= 0; i--) if (rows[i].level < rows[at].level) return i;
  return at;
}
export const childOf = (rows, at) => (rows[at + 1]?.level > rows[at].level ? at + 1 : at);
