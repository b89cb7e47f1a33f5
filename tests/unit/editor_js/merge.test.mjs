import assert from "node:assert/strict";
import test from "node:test";
import { graph, node } from "./cast.mjs";
import { mergeGraphs } from "../../../static/editor/merge.js";

const base = graph([node("a", "logic.set", { x: 1, y: 1 }), node("b")], "a.next>b");
const changed = (key, change, from = base) => ({ ...from, nodes: from.nodes.map((n) => (n.key === key ? { ...n, ...change } : n)) });

test("changes of different steps are both taken", () => {
  const { graph: merged } = mergeGraphs(base, changed("a", { name: "Mine" }), changed("b", { name: "Theirs" }));

  assert.deepEqual(merged.nodes.map((n) => n.name), ["Mine", "Theirs"]);
});

test("changes of different fields of one step are both taken", () => {
  const { graph: merged } = mergeGraphs(base, changed("a", { config: { x: 2, y: 1 } }), changed("a", { config: { x: 1, y: 2 } }));

  assert.deepEqual(merged.nodes[0].config, { x: 2, y: 2 });
});

test("two values for one field are a conflict that names the field and both values", () => {
  const result = mergeGraphs(base, changed("a", { config: { x: 2, y: 1 } }), changed("a", { config: { x: 3, y: 1 } }));

  assert.equal(result.graph, null);
  assert.deepEqual(result.conflicts.map(({ key, field, mine, theirs }) => [key, field, mine, theirs]), [["a", "/x", 2, 3]]);
});

test("an answered conflict takes the side that was chosen, and the rest of both", () => {
  const mine = changed("b", { name: "Mine" }, changed("a", { config: { x: 2, y: 1 } }));
  const theirs = changed("a", { config: { x: 3, y: 5 } });

  const { graph: merged } = mergeGraphs(base, mine, theirs, { "a|/x": "theirs" });

  assert.deepEqual(merged.nodes.map((n) => [n.name, n.config]), [[base.nodes[0].name, { x: 3, y: 5 }], ["Mine", base.nodes[1].config]]);
});

test("a step deleted by one and changed by the other is a conflict", () => {
  const mine = { ...base, nodes: base.nodes.slice(1), edges: [] };

  assert.deepEqual(mergeGraphs(base, mine, changed("a", { name: "Theirs" })).conflicts.map((one) => [one.key, one.field, one.mine]), [
    ["a", null, undefined],
  ]);
  assert.deepEqual(
    mergeGraphs(base, mine, changed("a", { name: "Theirs" }), { "a|": "mine" }).graph.nodes.map((n) => n.key),
    ["b"],
  );
});

test("edges added on both sides are kept, and those of a deleted step go", () => {
  const mine = { ...base, nodes: [...base.nodes, node("c")], edges: [...base.edges, { source: "b", port: "next", target: "c" }] };
  const theirs = { ...base, nodes: base.nodes.slice(1), edges: [] };

  const { graph: merged } = mergeGraphs(base, mine, theirs);

  assert.deepEqual(merged.nodes.map((n) => n.key), ["b", "c"]);
  assert.deepEqual(merged.edges, [{ source: "b", port: "next", target: "c" }]);
});
