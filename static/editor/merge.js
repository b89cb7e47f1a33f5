// @ts-check
/** Two people changed one draft: take both changes where they don't touch the same thing. Pure. */

import { edgeId } from "./graph.js";

const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/**
 * Three-way merge. Returns the merged graph, or the keys of the steps on which the two disagree.
 * @param {any} base what both began with
 * @param {any} mine
 * @param {any} theirs
 * @returns {{graph: any|null, conflicts: string[]}}
 */
export function mergeGraphs(base, mine, theirs) {
  const [b, m, t] = [base, mine, theirs].map((graph) => new Map(graph.nodes.map((node) => [node.key, node])));
  const conflicts = [];
  const nodes = [];
  for (const key of new Set([...t.keys(), ...m.keys()])) {
    const [was, my, their] = [b.get(key), m.get(key), t.get(key)];
    if (!my || !their) {
      const [left, removed] = my ? [my, !!was] : [their, !!was];
      if (!removed) nodes.push(left);
      else if (!same(left, was)) conflicts.push(key);
      continue;
    }
    const node = mergeNode(was ?? {}, my, their);
    if (node) nodes.push(node);
    else conflicts.push(key);
  }
  if (conflicts.length) return { graph: null, conflicts };
  const here = new Set(nodes.map((node) => node.key));
  const edges = mergeList(base.edges, mine.edges, theirs.edges, edgeId).filter(
    (e) => here.has(e.source) && here.has(e.target),
  );
  const notes = same(mine.notes, base.notes) ? theirs.notes : mine.notes;
  return { graph: { ...theirs, nodes, edges, notes }, conflicts: [] };
}

/** One step, field by field; its config too. Null when the same field was changed in two ways. */
function mergeNode(was, my, their) {
  if (same(my, their) || same(my, was)) return their;
  if (same(their, was)) return my;
  const fields = mergeFields(was, my, their, ["config"]);
  const config = mergeFields(was.config ?? {}, my.config ?? {}, their.config ?? {});
  return fields && config ? { ...fields, config } : null;
}

function mergeFields(was, my, their, except = []) {
  const merged = {};
  for (const name of new Set([...Object.keys(their), ...Object.keys(my)])) {
    if (except.includes(name)) continue;
    const mineChanged = !same(my[name], was[name]);
    const theirsChanged = !same(their[name], was[name]);
    // Where a card stands is not worth a question: mine wins.
    if (mineChanged && theirsChanged && !same(my[name], their[name]) && name !== "position") return null;
    const value = mineChanged ? my[name] : their[name];
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function mergeList(base, mine, theirs, idOf) {
  const [b, m, t] = [base, mine, theirs].map((list) => new Set(list.map(idOf)));
  const kept = theirs.filter((item) => m.has(idOf(item)) || !b.has(idOf(item)));
  const added = mine.filter((item) => !b.has(idOf(item)) && !t.has(idOf(item)));
  return [...kept, ...added];
}
