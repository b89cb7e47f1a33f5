import assert from "node:assert/strict";
import test from "node:test";
import { editor, graph, node } from "./cast.mjs";

test("commits with the same tag within a second are one step of undo", () => {
  const { store, commands, clock } = editor(graph([node("a")]));

  for (const name of ["N", "Ne", "New"]) {
    commands.rename("a", name);
    clock.now += 300;
  }
  store.undo();

  assert.equal(store.get().graph.nodes[0].name, "a");
});

test("a pause longer than a second begins another step of undo", () => {
  const { store, commands, clock } = editor(graph([node("a")]));

  commands.rename("a", "First");
  clock.now += 1500;
  commands.rename("a", "Second");
  store.undo();

  assert.equal(store.get().graph.nodes[0].name, "First");
});

test("a change that changes nothing leaves no trace", () => {
  const { store } = editor(graph([node("a")]));

  const changed = store.commit("Nothing", (g) => g);

  assert.equal(changed, false);
  assert.equal(store.get().canUndo, null);
});

test("a step that is gone is no longer selected", () => {
  const { store, commands } = editor(graph([node("a"), node("b")]));
  store.select(["a", "b"]);

  commands.remove(["b"]);

  assert.ok(!store.get().selection.includes("b"));
});

test("nothing can be changed outside of edit mode", () => {
  const { store, commands } = editor(graph([node("a")]));
  store.set({ mode: "read" });

  commands.rename("a", "Other");

  assert.equal(store.get().graph.nodes[0].name, "a");
});
