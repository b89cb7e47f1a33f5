import assert from "node:assert/strict";
import test from "node:test";
import { branch, catalog, chance, graph, node } from "./cast.mjs";
import { CARD_H, CARD_W } from "../../../static/editor/layout.js";
import { arranged } from "../../../static/editor/places.js";

/** A random flow of blocks: sequences, and branches whose arms mostly meet again. */
function blocks(seed, size) {
  const { next } = chance(seed);
  const nodes = [node("start", "trigger.manual")];
  const edges = [];
  let open = [["start", "next"]];
  while (nodes.length < size) {
    const [key, port] = open.shift();
    const name = `n${nodes.length}`;
    edges.push(`${key}.${port}>${name}`);
    if (next() < 0.3) {
      nodes.push(branch(name), node(`${name}y`), node(`${name}n`));
      edges.push(`${name}.yes>${name}y`, `${name}.no>${name}n`);
      if (next() < 0.65) {
        nodes.push(node(`${name}j`));
        edges.push(`${name}y.next>${name}j`, `${name}n.next>${name}j`);
        open.push([`${name}j`, "next"]);
      } else open.push([`${name}y`, "next"], [`${name}n`, "next"]);
    } else {
      nodes.push(node(name));
      open.push([name, "next"]);
    }
  }
  return graph(nodes, ...edges);
}

test("no two cards overlap, every edge leads down, and yes stands left of no", () => {
  for (let seed = 1; seed <= 120; seed++) {
    const flow = blocks(seed, 60);
    const at = arranged(flow, catalog);
    const boxes = Object.values(at);
    for (let i = 0; i < boxes.length; i++) {
      for (let j = 0; j < i; j++) {
        const apart = Math.abs(boxes[i].x - boxes[j].x) >= CARD_W || Math.abs(boxes[i].y - boxes[j].y) >= CARD_H;
        assert.ok(apart, `overlap with seed ${seed}`);
      }
    }
    for (const edge of flow.edges) assert.ok(at[edge.target].y > at[edge.source].y, `edge up with seed ${seed}`);
    for (const one of flow.nodes.filter((n) => n.type === "logic.branch")) {
      const arm = (port) => at[flow.edges.find((e) => e.source === one.key && e.port === port).target].x;
      assert.ok(arm("yes") < arm("no"), `arms crossed with seed ${seed}`);
    }
  }
});

test("the same flow is always placed alike, and a cycle does not hang it", () => {
  const flow = blocks(7, 80);
  const looped = graph([node("a"), node("b")], "a.next>b", "b.next>a");

  assert.deepEqual(arranged(flow, catalog), arranged(structuredClone(flow), catalog));
  assert.equal(Object.keys(arranged(looped, catalog)).length, 2);
});
