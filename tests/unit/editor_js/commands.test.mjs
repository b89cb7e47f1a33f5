import assert from "node:assert/strict";
import test from "node:test";
import { branch, catalog, chance, edge, editor, graph, node } from "./cast.mjs";
import { positions } from "../../../static/editor/places.js";

const trigger = () => node("start", "trigger.manual");

test("a step added into an edge stands between its two ends", () => {
  const { commands, edges } = editor(graph([trigger(), node("a")], "start.next>a"));

  const key = commands.insertOnEdge("customerio.get_segments", edge("start.next>a"));

  assert.deepEqual(edges(), [`${key}.next>a`, `start.next>${key}`]);
});

test("a step added after another takes over what followed", () => {
  const { commands, edges } = editor(graph([trigger(), node("a")], "start.next>a"));

  commands.insertAfter("logic.branch", "start");

  assert.deepEqual(edges(), ["branch.yes>a", "start.next>branch"]);
});

test("a deleted step leaves its neighbours joined", () => {
  const { commands, edges } = editor(graph([trigger(), node("a"), node("b")], "start.next>a", "a.next>b"));

  commands.remove(["a"]);

  assert.deepEqual(edges(), ["start.next>b"]);
});

test("a deleted branch with two arms in use joins nothing", () => {
  const flow = graph([trigger(), branch("big"), node("a"), node("b")], "start.next>big", "big.yes>a", "big.no>b");
  const { commands, edges } = editor(flow);

  commands.remove(["big"]);

  assert.deepEqual(edges(), []);
});

test("a loop, an edge into a trigger and a second same edge are refused with a reason", () => {
  const { commands, edges } = editor(graph([trigger(), node("a"), node("b")], "start.next>a", "a.next>b"));
  const before = edges();

  assert.match(commands.connect("b", "next", "a"), /loop/);
  assert.match(commands.connect("b", "next", "start"), /trigger/);
  assert.match(commands.connect("a", "next", "b"), /already/);
  assert.match(commands.connect("a", "next", "a"), /itself/);
  assert.deepEqual(edges(), before);
});

test("a new key is rewritten in every reference and nowhere else", () => {
  const config = {
    text: { $liquid: 'Hi {{ steps.a.data.x }} {{ steps["a"].data }} {{ "steps.a" }} steps.a {{ steps.ab.data }} {{ my.steps.a }}' },
    literal: "steps.a",
  };
  const { store, commands } = editor(graph([node("a"), node("b", "logic.stop", config)], "a.next>b"));

  const reason = commands.rekey("a", "people");

  assert.equal(reason, null);
  assert.deepEqual(store.get().graph.nodes[1].config, {
    text: { $liquid: 'Hi {{ steps.people.data.x }} {{ steps["people"].data }} {{ "steps.a" }} steps.a {{ steps.ab.data }} {{ my.steps.a }}' },
    literal: "steps.a",
  });
  assert.equal(store.get().graph.edges[0].source, "people");
});

test("a taken or misshapen key is refused with a reason", () => {
  const { commands } = editor(graph([node("a"), node("b")]));

  assert.match(commands.rekey("a", "b"), /already/);
  assert.match(commands.rekey("a", "2 Words"), /small letter/);
});

test("a new step gets the connection whose keys it needs", () => {
  const { store, commands } = editor(graph([trigger()]));

  const key = commands.add("customerio.get_segments");

  assert.equal(store.get().graph.nodes.find((one) => one.key === key).connection, "production");
});

test("pasted steps get keys of their own and refer to each other", () => {
  const inner = node("b", "logic.stop", { message: { $liquid: "{{ steps.a.data }}" } });
  const { store, commands } = editor(graph([node("a"), inner], "a.next>b"));

  const pasted = commands.paste(commands.copy(["a", "b"]));

  const [, , first, second] = store.get().graph.nodes;
  assert.deepEqual(pasted, { steps: 2, notes: 0, missing: [] });
  assert.equal(second.config.message.$liquid, `{{ steps.${first.key}.data }}`);
  assert.deepEqual(store.get().graph.edges.at(-1), { source: first.key, port: "next", target: second.key });
});

test("text that holds no steps is refused with a sentence", () => {
  const { store, commands } = editor(graph([]));

  assert.match(commands.paste("hello"), /no steps/);
  assert.equal(store.get().graph.nodes.length, 0);
});

test("a step added at the end of a tidy flow covers no other", () => {
  const { store, commands } = editor(graph([]));

  commands.add("trigger.manual");
  commands.add("logic.branch");
  commands.insertAfter("customerio.get_segments", "branch", "yes");
  commands.insertAfter("customerio.get_segments", "branch", "no");

  const places = Object.values(positions(store.get().graph, catalog)).map((p) => `${p.x} ${p.y}`);
  assert.equal(new Set(places).size, 4);
});

test("undoing every act of a random hour of work leads back to the beginning, and redoing to its end", () => {
  const types = ["trigger.manual", "customerio.get_segments", "logic.branch", "logic.stop"];
  for (let seed = 1; seed <= 40; seed++) {
    const { next, below } = chance(seed);
    const begin = graph([trigger(), node("a")], "start.next>a");
    const { store, commands, clock } = editor(begin);
    const any = () => store.get().graph.nodes[below(store.get().graph.nodes.length)]?.key;

    for (let act = 0; act < 60; act++) {
      clock.now += 5000;
      const [one, two] = [any(), any()];
      const roll = next();
      if (roll < 0.4 || !one) commands.add(types[below(4)]);
      else if (roll < 0.55) commands.connect(one, ["next", "yes", "no"][below(3)], two);
      else if (roll < 0.65) commands.remove([one]);
      else if (roll < 0.75) commands.move({ [one]: { x: below(900), y: below(900) } });
      else if (roll < 0.85) commands.duplicate([one, two]);
      else if (roll < 0.95) commands.rekey(one, `k${act}`);
      else commands.tidy();
      store.select(any() ?? null);
    }
    const end = store.get().graph;
    while (store.undo());
    assert.equal(store.get().graph, begin);
    while (store.redo());
    assert.equal(store.get().graph, end);

    const keys = end.nodes.map((one) => one.key);
    assert.equal(new Set(keys).size, keys.length);
    for (const e of end.edges) assert.ok(keys.includes(e.source) && keys.includes(e.target));
  }
});
