import assert from "node:assert/strict";
import test from "node:test";
import * as conditions from "../../../static/editor/conditions.js";
import { loneOf, wordsOf } from "../../../static/editor/inspector_chips.js";
import { readJson } from "../../../static/editor/inspector_json.js";
import { cronOf } from "../../../static/editor/inspector_schedule.js";
import { isApproved, withApproval } from "../../../static/editor/inspector_guard.js";
import * as values from "../../../static/editor/inspector_values.js";

const step = (config, more = {}) => ({ key: "step", type: "x", config, ...more });
const COUNT = { $liquid: "{{ steps.list.data.items | size }}" };

test("a value is put where its pointer leads, and what holds it is made", () => {
  const after = values.setAt(step({}), "/recipients/and/0/segment/id", 5);

  assert.deepEqual(after.config, { recipients: { and: [{ segment: { id: 5 } }] } });
});

test("settings of the step itself are named with @", () => {
  assert.deepEqual(values.setAt(step({}), "@retry/max_attempts", 3).retry, { max_attempts: 3 });
  assert.equal(values.setAt(step({}), "@name", "New").name, "New");
});

test("a change that changes nothing gives the same step, and untouched parts stay the same objects", () => {
  const before = step({ a: { x: 1 }, b: { y: 2 } });
  const after = values.setAt(before, "/b/y", 3);

  assert.equal(values.setAt(before, "/a/x", 1), before);
  assert.equal(after.config.a, before.config.a);
  assert.equal(before.config.b.y, 2);
});

test("names with / and ~ are found", () => {
  const before = step({ "a/b": { "c~d": 1 } });

  assert.equal(values.getAt(before, "/a~1b/c~0d"), 1);
  assert.deepEqual(values.setAt(before, "/a~1b/c~0d", undefined).config, { "a/b": {} });
});

test("removing the last row removes the list, so that an empty one is never meant by accident", () => {
  assert.deepEqual(values.removeAt(step({ ids: ["1"] }), "/ids/0", true).config, {});
  assert.deepEqual(values.removeAt(step({ ids: ["1", "2"] }), "/ids/0", true).config, { ids: ["2"] });
});

test("an entry is renamed in its place, never over another", () => {
  const before = step({ traits: { a: 1, b: 2 } });

  assert.equal(JSON.stringify(values.renameAt(before, "/traits/a", "z").config.traits), '{"z":1,"b":2}');
  assert.equal(values.renameAt(before, "/traits/a", "b"), before);
});

for (const [kind, text, value] of [
  ["integer", "12", 12], ["integer", " 12 ", 12], ["integer", "1.5", "1.5"], ["integer", "12345678901234567890", "12345678901234567890"],
  ["number", "1.5", 1.5], ["number", "1e3", 1000], ["number", "abc", "abc"], ["number", "Infinity", "Infinity"],
  ["text", "12", "12"], ["text", "", undefined], ["liquid", "", { $liquid: "" }],
  ["date-time", "2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00+01:00"], ["date-time", "tomorrow", "tomorrow"],
]) {
  test(`${kind} reads “${text}” as ${JSON.stringify(value)}`, () => assert.deepEqual(values.parse(kind, text), value));
}

test("emptied text of a row stays as empty text", () => assert.equal(values.parse("text", "", "keep"), ""));

test("a date without a zone is a moment of the viewer's zone", () => {
  assert.equal(values.instantOf("2026-01-31 12:00"), new Date("2026-01-31T12:00:00").toISOString().replace(".000Z", "Z"));
  assert.equal(values.instantOf("2026-13-31 12:00"), null);
});

for (const [text, part] of [
  ['{\n "a": oops\n}', "Line 2: a value"], ['{"a": 1', "Line 1: a comma or } is needed at the end"], ["{'a': 1}", "a name in double quotes"],
  ['{"a" 1}', "a colon is needed instead of “1}”"], ["[1,\n2,\n]", "Line 3: a value"], ["[1 2]", "a comma or ]"], ["{} x", "nothing more"], ["[", "a value or ]"],
  ["tru", "a value"], ["01", "nothing more"],
]) {
  test(`broken JSON says where and what: ${JSON.stringify(text)}`, () => {
    const found = readJson(text);

    assert.equal(found.ok, false);
    assert.ok(found.message.includes(part), found.message);
  });
}

test("JSON that is whole is its value", () => assert.deepEqual(readJson('{"a": [1, null, "x"]}'), { ok: true, value: { a: [1, null, "x"] } }));

test("another type keeps what it can of a value", () => {
  assert.equal(values.asType("12", "number"), 12);
  assert.equal(values.asType("true", "boolean"), true);
  assert.deepEqual(values.asType('{"a":1}', "json"), { a: 1 });
  assert.deepEqual(values.asType("text", "json"), {});
  assert.equal(values.asType({ a: 1 }, "text"), '{"a":1}');
});

test("a repair finds its step by key, although steps were added since the check", () => {
  const checked = { nodes: [step({ id: "x" }, { key: "b" })], edges: [] };
  const now = { nodes: [step({}, { key: "a" }), checked.nodes[0]], edges: [] };
  const patch = [{ op: "replace", path: "/nodes/0/config/id", value: 1 }];

  const after = values.repaired(now, patch, checked);

  assert.deepEqual(after.nodes.map((node) => node.config), [{}, { id: 1 }]);
});

test("a repair of a step that is gone changes nothing", () => {
  const checked = { nodes: [step({}, { key: "gone" })], edges: [] };
  const now = { nodes: [], edges: [] };

  assert.equal(values.repaired(now, [{ op: "remove", path: "/nodes/0/config/id" }], checked), now);
});

test("repairs add, replace and remove in lists and objects", () => {
  const graph = { nodes: [step({ list: [1, 2] })], edges: [] };
  const patch = [
    { op: "add", path: "/nodes/0/config/list/0", value: 0 },
    { op: "remove", path: "/nodes/0/config/list/2" },
    { op: "add", path: "/edges/-", value: { source: "a" } },
    { op: "add", path: "/nodes/0/connection", value: "main" },
  ];

  const after = values.repaired(graph, patch);

  assert.deepEqual(after.nodes[0], step({ list: [0, 1] }, { connection: "main" }));
  assert.deepEqual(after.edges, [{ source: "a" }]);
});

test("a blank row that is only drawn comes to be when a part of it is set", () => {
  const after = conditions.setRowPart(step({ when: { all: [] } }), "/when/all/0/left", COUNT);

  assert.deepEqual(after.config.when, { all: [{ left: COUNT, op: "eq", right: "" }] });
});

test("the right side follows the operator", () => {
  const row = { left: COUNT, op: "eq", right: 3 };

  assert.deepEqual(conditions.withOperator(row, "in").right, [3]);
  assert.equal("right" in conditions.withOperator(row, "exists"), false);
  assert.equal(conditions.withOperator({ left: COUNT, op: "exists" }, "eq").right, "");
  assert.deepEqual(conditions.withOperator({ left: COUNT, op: "in", right: [1, 2] }, "gt").right, 1);
});

test("a condition is added to a single comparison by a group around both", () => {
  const row = { left: COUNT, op: "gt", right: 0 };
  const after = conditions.addCondition(step({ when: row }), "/when");

  assert.deepEqual(after.config.when, { all: [row, conditions.freshRow()] });
});

test("all and any are exchanged without touching the rows", () => {
  const rows = [{ left: 1, op: "eq", right: 1 }];

  assert.deepEqual(conditions.setMode(step({ when: { all: rows } }), "/when", "any").config.when, { any: rows });
});

test("a new branch has an exit of its own", () => {
  const before = step({ branches: [{ port: "branch_2" }], else: "no" });

  assert.equal(conditions.addBranch(before).config.branches[1].port, "branch_3");
});

test("a branch that goes takes its edges along", () => {
  const node = step({ branches: [{ port: "yes" }, { port: "no" }] }, { type: "logic.branch" });
  const graph = { nodes: [node], edges: [{ source: "step", port: "yes", target: "a" }, { source: "step", port: "no", target: "b" }] };

  const after = conditions.withoutBranch(graph, "step", "/branches/0");

  assert.deepEqual(after.edges, [{ source: "step", port: "no", target: "b" }]);
  assert.deepEqual(after.nodes[0].config.branches, [{ port: "no" }]);
});

test("a form is drawn anew when the shape of a condition changes, not when a value does", () => {
  const shape = (right, op = "gt") => conditions.shapeOf(step({ when: { all: [{ left: COUNT, op, right }] } }, { type: "logic.filter" }));

  assert.equal(shape(1), shape(2));
  assert.notEqual(shape(1), shape("x"));
  assert.notEqual(shape(1), shape(1, "lt"));
});

test("a lone reference reads in words", () => {
  const graph = { nodes: [{ key: "list", name: "List segments" }] };

  assert.deepEqual(wordsOf("{{ steps.list.data.segments | size }}", graph), ["List segments", "segments", "number of items"]);
  assert.deepEqual(wordsOf("{{ steps.list.data.segments[0].name }}", graph), ["List segments", "segments", "item 1", "name"]);
  assert.deepEqual(wordsOf("{{trigger.email}}", graph), ["Trigger", "email"]);
  assert.equal(wordsOf("Hello {{ trigger.email }}", graph), null);
  assert.equal(loneOf("{{ a }} {{ b }}"), null);
});

for (const [parts, cron] of [
  [{ mode: "minutes", every: "1" }, "* * * * *"], [{ mode: "minutes", every: "15" }, "*/15 * * * *"],
  [{ mode: "hours", every: "2", minute: "70" }, "59 */2 * * *"], [{ mode: "daily", time: "08:05" }, "5 8 * * *"],
  [{ mode: "weekdays", time: "09:00" }, "0 9 * * 1-5"], [{ mode: "weekly", time: "09:00", days: [] }, "0 9 * * 1"],
  [{ mode: "weekly", time: "09:00", days: ["1", "0"] }, "0 9 * * 1,0"], [{ mode: "monthly", day: "31" }, "0 9 31 * *"],
  [{ mode: "custom" }, null],
]) {
  test(`a schedule as cron: ${JSON.stringify(parts)}`, () => assert.equal(cronOf(parts), cron));
}

test("texts with expressions inside JSON become expressions, and what is one already stays", () => {
  const typed = { a: "Hi {{ trigger.name }}", b: ["plain", { $liquid: "{{ x }}" }], c: "{{ half" };

  assert.deepEqual(values.withExpressions(typed), { a: { $liquid: "Hi {{ trigger.name }}" }, b: ["plain", { $liquid: "{{ x }}" }], c: "{{ half" });
});

test("a pasted column or JSON list is several values, one line is one", () => {
  assert.deepEqual(values.listOf("a\r\n b \n\nc"), ["a", "b", "c"]);
  assert.deepEqual(values.listOf('[1, "x"]'), [1, "x"]);
  assert.equal(values.listOf("a, b and c"), null);
  assert.equal(values.listOf(""), null);
});

test("an approval is put on every way to a step, once, and what stands below makes room", () => {
  const node = (key, y, more = {}) => ({ key, type: "logic.set", name: key, config: {}, position: { x: 0, y }, ...more });
  const graph = {
    nodes: [node("a", 0), node("b", 150), node("c", 300), node("d", 450)],
    edges: [{ source: "a", port: "next", target: "c" }, { source: "b", port: "next", target: "c" }, { source: "c", port: "next", target: "d" }],
  };
  const { graph: after, key } = withApproval(graph, "c", {});

  assert.equal(key, "approval");
  assert.deepEqual(after.edges.map((edge) => `${edge.source}:${edge.port}>${edge.target}`).sort(), ["a:next>approval", "approval:approved>c", "b:next>approval", "c:next>d"]);
  assert.deepEqual(after.nodes.map((one) => one.position.y), [0, 150, 450, 600, 300]);
  assert.equal(isApproved(after, "c"), true);
  assert.equal(isApproved(after, "d"), true);
  assert.equal(isApproved(after, "approval"), false);
  assert.equal(withApproval(after, "c", {}).key, null);
});
