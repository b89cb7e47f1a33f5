import assert from "node:assert/strict";
import test from "node:test";
import { branch, catalog, graph, node } from "./cast.mjs";
import { childOf, outlineRows, parentOf } from "../../../static/editor/outline_rows.js";

const rowsOf = (flow) => outlineRows(flow, catalog).map((row) => `${"  ".repeat(row.level - 1)}${row.kind === "again" ? "→" : ""}${row.kind === "arm" ? row.label : row.key}`);
const start = () => node("start", "trigger.manual");

test("steps in a row share a level", () => {
  assert.deepEqual(rowsOf(graph([start(), node("a"), node("b")], "start.next>a", "a.next>b")), ["start", "a", "b"]);
});

test("the step where arms meet stands below them, at the level of their branch", () => {
  const flow = graph([start(), branch("big"), node("a"), node("b"), node("meet"), node("last")],
    "start.next>big", "big.yes>a", "big.no>b", "a.next>meet", "b.next>meet", "meet.next>last");

  assert.deepEqual(rowsOf(flow), ["start", "big", "  Yes", "    a", "    →meet", "  Otherwise", "    b", "    →meet", "meet", "last"]);
});

test("an exit that leads nowhere has a row, so that something can be added there", () => {
  const rows = outlineRows(graph([start(), branch("big")], "start.next>big"), catalog);

  assert.deepEqual(rows.filter((row) => row.kind === "arm").map((row) => [row.port, row.open]), [["yes", true], ["no", true]]);
});

test("ways from one exit are told apart, by the edge", () => {
  const flow = graph([start(), node("a"), node("b")], "start.next>a", "start.next>b");

  assert.deepEqual(rowsOf(flow), ["start", "  Way 1 of 2", "    a", "  Way 2 of 2", "    b"]);
});

test("steps that several triggers lead to, loose steps and circles are all there, once", () => {
  const flow = graph([start(), node("other", "trigger.manual"), node("both"), node("loose"), node("x"), node("y")],
    "start.next>both", "other.next>both", "x.next>y", "y.next>x");
  const steps = outlineRows(flow, catalog).filter((row) => row.kind === "step").map((row) => row.key);

  assert.deepEqual(steps.sort(), ["both", "loose", "other", "start", "x", "y"]);
});

test("rows have names of their own", () => {
  const flow = graph([start(), branch("big"), node("a")], "start.next>big", "big.yes>a", "big.no>a");
  const ids = outlineRows(flow, catalog).map((row) => row.id);

  assert.equal(new Set(ids).size, ids.length);
});

test("left leads to the exit that a step hangs from, right into a branch", () => {
  const rows = outlineRows(graph([start(), branch("big"), node("a")], "start.next>big", "big.yes>a"), catalog);
  const at = rows.findIndex((row) => row.key === "a");

  assert.equal(rows[parentOf(rows, at)].id, "big|yes");
  assert.equal(rows[childOf(rows, 1)].id, "big|yes");
});
