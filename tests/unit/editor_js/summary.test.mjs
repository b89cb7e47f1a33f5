import assert from "node:assert/strict";
import test from "node:test";
import { cronInWords, duration, summaryOf } from "../../../static/editor/summary.js";
import { outlineRows } from "../../../static/editor/outline.js";
import { branch, catalog, graph, node } from "./cast.mjs";

test("common schedules are told in words, others as they are written", () => {
  assert.equal(cronInWords("0 9 * * 1-5"), "Weekdays 09:00");
  assert.equal(cronInWords("*/15 * * * *"), "Every 15 minutes");
  assert.equal(cronInWords("30 6 * * 1"), "Mondays 06:30");
  assert.equal(cronInWords("0 2 * * *"), "Every day 02:00");
  assert.equal(cronInWords("0 0 1-7 * 1"), "0 0 1-7 * 1");
  assert.equal(cronInWords(""), "No time set");
});

test("a condition with one row is told with its operator", () => {
  const when = { all: [{ left: { $liquid: "{{ steps.segments.data.segments | size }}" }, op: "gt", right: 0 }] };

  assert.equal(summaryOf({ type: "logic.filter", config: { when } }), "segments (size) > 0");
});

test("durations use the largest unit that is whole", () => {
  assert.deepEqual([duration(86400), duration(7200), duration(90)], ["1 day", "2 hours", "90 seconds"]);
});

test("the outline shows a join once and points at it from the other arm", () => {
  const flow = graph([node("s", "trigger.manual"), branch("b"), node("y"), node("n"), node("j")], "s.next>b", "b.yes>y", "b.no>n", "y.next>j", "n.next>j");

  const rows = outlineRows(flow, catalog).map((row) => `${row.level} ${row.kind} ${row.label ?? row.key}`);

  assert.deepEqual(rows, ["1 step s", "1 step b", "2 arm Yes", "3 step y", "3 step j", "2 arm Otherwise", "3 step n", "3 again j"]);
});
