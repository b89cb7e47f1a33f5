import assert from "node:assert/strict";
import test from "node:test";
import { cronInWords, duration, summaryOf } from "../../../static/editor/summary.js";
import {  } from "./cast.mjs";

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
