import assert from "node:assert/strict";
import test from "node:test";
import { readSteps } from "../../../static/editor/clipboard.js";
import { mergeGraphs } from "../../../static/editor/merge.js";
import { readNotes, withNote, withoutNotes } from "../../../static/editor/notes.js";
import { editor, graph, node } from "./cast.mjs";

const note = (key, text, more = {}) => ({ key, text, colour: "blue", position: { x: 0, y: 0 }, width: 200, height: 100, ...more });
const noted = (...notes) => ({ ...graph([node("a")]), notes });

test("a note is added, written on, painted and deleted, each undone by itself", () => {
  const { store, commands, clock } = editor(graph([node("a")]));
  const begin = JSON.stringify(store.get().graph);

  const key = commands.addNote({ x: 1, y: 2 });
  for (const text of ["H", "Hi"]) commands.writeNote(key, text);
  clock.now += 5000;
  commands.paintNote(key, "pink");
  commands.remove([], [key]);

  assert.deepEqual(store.get().graph.notes, []);
  for (const label of ["Delete note", "Colour note", "Write note", "Add note"]) assert.equal(store.undo(), label);
  assert.equal(JSON.stringify(store.get().graph), begin);
});

test("whatever stands among the notes is kept, and only notes are drawn", () => {
  const odd = ["text", null, 7, { colour: "red" }, { text: "no key" }, note("n", "kept", { width: "wide", position: null })];
  const begin = noted(...odd);

  const drawn = readNotes(begin.notes);
  const after = withNote(begin, "n", (one) => ({ ...one, text: "other" }));

  assert.deepEqual(drawn.map((one) => one.text), ["no key", "kept"]);
  assert.deepEqual(after.notes.slice(0, 5), odd.slice(0, 5));
  assert.equal(after.notes[5].text, "other");
  assert.equal(withoutNotes(begin, ["at_4"]).notes.length, 5);
  assert.deepEqual(readNotes("none"), []);
});

test("two people's notes are put together; both writing on one is a question", () => {
  const base = noted(note("n", "old"), note("gone", "x"));
  const mine = noted(note("n", "mine"), note("new", "y"));
  const moved = noted(note("n", "old", { position: { x: 9, y: 9 } }), note("gone", "x"));
  const theirs = noted(note("n", "theirs"), note("gone", "x"));

  const together = mergeGraphs(base, mine, moved);
  const asked = mergeGraphs(base, mine, theirs);
  const answered = mergeGraphs(base, mine, theirs, { "note:n|text": "theirs" });

  assert.deepEqual(together.graph.notes, [note("n", "mine", { position: { x: 9, y: 9 } }), note("new", "y")]);
  assert.deepEqual(asked.conflicts.map((one) => [one.key, one.field, one.mine, one.theirs]), [["note:n", "text", "mine", "theirs"]]);
  assert.equal(answered.graph.notes[0].text, "theirs");
});

test("pasted notes get keys of their own; steps that are referred to and not here are named", () => {
  const { store, commands } = editor(graph([node("here")]));
  const user = node("u", "logic.stop", { message: { $liquid: "{{ steps.here.data }} {{ steps['far'].data }} {{ steps.u.data }}" } });

  const done = commands.paste(JSON.stringify({ nodes: [user], edges: [], notes: [note("n", "one"), note("n", "two")] }));

  assert.deepEqual(done, { steps: 1, notes: 2, missing: ["far"] });
  assert.equal(new Set(store.get().graph.notes.map((one) => one.key)).size, 2);
});

test("no pasted text whatever breaks the graph", () => {
  const texts = ["", "null", "7", '"x"', "[]", "{}", '{"nodes":{}}', '{"nodes":[null,7,{"type":3,"key":"a"}]}', '{"notes":[1]}', "{".repeat(1e5)];
  for (const text of texts) assert.match(readSteps(text), /no steps in the clipboard/);
  const bad = { type: "of.tomorrow", key: "__proto__", name: {}, config: [], position: { x: "a", y: Infinity }, connection: 5 };
  const { store, commands } = editor(graph([]));

  assert.equal(commands.paste(JSON.stringify({ nodes: [bad, bad], edges: [null, { source: "__proto__", target: 7 }] })).steps, 1);

  const [pasted] = store.get().graph.nodes;
  assert.deepEqual([typeof pasted.name, pasted.config, pasted.position, pasted.key], ["string", {}, { x: 40, y: 40 }, "tomorrow"]);
  assert.match(readSteps("x".repeat(2_000_001)), /too large/);
  assert.match(readSteps(JSON.stringify({ nodes: [node("a")] }), 500), /500 steps at most/);
});
