// @ts-check
/** Two people changed one draft: take both changes where they don't touch the same thing. Pure. */

import { edgeId } from "./graph.js";

const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/**
 * @typedef {{key: string, name: string, field: string|null, mine: any, theirs: any}} Conflict
 *   one thing that both changed in two ways: a field of a step, or with field null the step itself (undefined: deleted)
 */

/** What a conflict is called, to answer it. @param {Conflict} one */
export const conflictId = (one) => `${one.key}|${one.field ?? ""}`;

/**
 * Three-way merge. Returns the merged graph, or what the two disagree on. `answers` says for each known conflict whose stays.
 * @param {any} base what both began with
 * @param {any} mine
 * @param {any} theirs
 * @param {Record<string, "mine"|"theirs">} [answers] by conflictId
 * @returns {{graph: any|null, conflicts: Conflict[]}}
 */
export function mergeGraphs(base, mine, theirs, answers = {}) {
  const [b, m, t] = [base, mine, theirs].map((graph) => new Map(graph.nodes.map((node) => [node.key, node])));
  /** @type {Conflict[]} */
  const conflicts = [];
  /** The value of the one who wins; undefined and a conflict noted while nobody has said. */
  function ask(key, name, field, my, their) {
    const conflict = { key, name, field, mine: my, theirs: their };
    const answer = answers[conflictId(conflict)];
    if (!answer) conflicts.push(conflict);
    return answer === "theirs" ? their : my;
  }
  const nodes = [];
  for (const key of new Set([...t.keys(), ...m.keys()])) {
    const [was, my, their] = [b.get(key), m.get(key), t.get(key)];
    if (my && their) {
      nodes.push(mergeNode(was ?? {}, my, their, (field, a, z) => ask(key, my.name || key, field, a, z)));
      continue;
    }
    const left = my ?? their;
    if (!was) nodes.push(left);
    else if (!same(left, was)) {
      const kept = ask(key, left.name || key, null, my, their);
      if (kept) nodes.push(kept);
    }
  }
  const notes = mergeNotes(base.notes ?? [], mine.notes ?? [], theirs.notes ?? [], ask);
  if (conflicts.length) return { graph: null, conflicts };
  const here = new Set(nodes.map((node) => node.key));
  const edges = mergeList(base.edges, mine.edges, theirs.edges, edgeId).filter(
    (e) => here.has(e.source) && here.has(e.target),
  );
  return { graph: { ...theirs, nodes, edges, notes }, conflicts: [] };
}

/** Notes one by one; only the text of one that both wrote on is worth a question. */
function mergeNotes(base, mine, theirs, ask) {
  const idOf = (note) => (typeof note?.key === "string" ? note.key : JSON.stringify(note));
  const [b, m, t] = [base, mine, theirs].map((list) => new Map(list.map((note) => [idOf(note), note])));
  return [...new Set([...t.keys(), ...m.keys()])].flatMap((key) => {
    const [was, my, their] = [b.get(key), m.get(key), t.get(key)];
    const asked = (field, a, z) => ask(`note:${key}`, "A note", field, a, z);
    if (my && their) {
      if (same(my, their) || same(my, was)) return [their];
      if (same(their, was)) return [my];
      return [mergeFields(was ?? {}, my, their, (field, a, z) => (field === "text" ? asked(field, a, z) : a), "")];
    }
    const left = my ?? their;
    if (!was) return [left];
    if (same(left, was)) return [];
    const kept = asked(null, my, their);
    return kept ? [kept] : [];
  });
}

/** One step, field by field; its config too. */
function mergeNode(was, my, their, ask) {
  if (same(my, their) || same(my, was)) return their;
  if (same(their, was)) return my;
  const fields = mergeFields(was, my, their, ask, "");
  return { ...fields, config: mergeFields(was.config ?? {}, my.config ?? {}, their.config ?? {}, ask, "/") };
}

function mergeFields(was, my, their, ask, prefix) {
  const merged = {};
  for (const name of new Set([...Object.keys(their), ...Object.keys(my)])) {
    if (!prefix && name === "config") continue;
    const mineChanged = !same(my[name], was[name]);
    const theirsChanged = !same(their[name], was[name]);
    const both = mineChanged && theirsChanged && !same(my[name], their[name]);
    // Where a card stands is not worth a question: mine wins.
    const asks = both && (prefix || name !== "position");
    const value = asks ? ask(prefix + name, my[name], their[name]) : mineChanged ? my[name] : their[name];
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
