import assert from "node:assert/strict";
import test from "node:test";
import { branch, catalog, graph, node } from "./cast.mjs";
import { movedAfter, movedEarlier, movedLater } from "../../../static/editor/rearrange.js";
import { addedWords, connectedWords } from "../../../static/editor/saying.js";

const start = () => node("start", "trigger.manual");
const edges = (flow) => flow.edges.map((e) => `${e.source}.${e.port}>${e.target}`).sort();
const row = () => graph([start(), node("a"), node("b"), node("c")], "start.next>a", "a.next>b", "b.next>c");

test("a step moved earlier changes places with the one before", () => {
  assert.deepEqual(edges(movedEarlier(row(), catalog, "c")), ["a.next>c", "c.next>b", "start.next>a"]);
});

test("a step moved later changes places with the one after, and later then earlier is where it was", () => {
  const later = movedLater(row(), catalog, "a");

  assert.deepEqual(edges(later), ["a.next>c", "b.next>a", "start.next>b"]);
  assert.deepEqual(edges(movedEarlier(later, catalog, "a")), edges(row()));
});

test("a step moved behind an exit takes over what followed there, and its old neighbours are joined", () => {
  const flow = graph([start(), branch("big"), node("a"), node("b")], "start.next>big", "big.yes>a", "big.no>b");

  assert.deepEqual(edges(movedAfter(flow, catalog, "a", "big", "no")), ["a.next>b", "big.no>a", "start.next>big"]);
});

test("what can't be moved says why", () => {
  const flow = graph([start(), branch("big"), node("a"), node("b")], "start.next>big", "big.yes>a", "big.no>b");

  assert.match(movedEarlier(flow, catalog, "start"), /first already/);
  assert.match(movedLater(flow, catalog, "a"), /last already/);
  assert.match(movedAfter(flow, catalog, "big", "b", "next"), /several exits/);
  assert.match(movedAfter(row(), catalog, "start", "b", "next"), /trigger/);
  assert.match(movedAfter(graph([...row().nodes, node("end", "logic.stop")], "start.next>a", "a.next>b"), catalog, "end", "start", "next"), /ends the flow/);
});

test("a change is told with the names around it", () => {
  const flow = graph([start(), branch("big"), node("a"), node("b")], "start.next>big", "big.yes>a", "a.next>b");

  assert.equal(addedWords(flow, catalog, "big"), "big added between start and a");
  assert.equal(addedWords(flow, catalog, "b"), "b added after a");
  assert.equal(connectedWords(flow, catalog, flow.edges[1]), "Connected: “Yes” of big leads to a");
});
