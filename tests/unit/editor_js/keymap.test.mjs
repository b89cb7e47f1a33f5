import assert from "node:assert/strict";
import test from "node:test";
import { KEYS, keyGroups, keyOf } from "../../../static/editor/keymap.js";

test("a key with its modifiers means one row, or none", () => {
  const meant = (key, more = {}) => keyOf({ key, ...more })?.id ?? null;

  assert.equal(meant("A"), "add");
  assert.equal(meant("a", { ctrlKey: true }), "all");
  assert.equal(meant("z", { metaKey: true }), "undo");
  assert.equal(meant("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(meant("ArrowUp", { altKey: true }), "nudge");
  assert.equal(meant("ArrowUp", { shiftKey: true }), "extend");
  assert.equal(meant("?", { shiftKey: true }), "help");
  assert.equal(meant("q"), null);
});

test("no two rows want the same keys", () => {
  for (const row of KEYS)
    for (const key of row.keys) assert.equal(keyOf({ key, ctrlKey: row.command, altKey: row.alt, shiftKey: row.shift }), row);
});

test("the list tells every row", () => {
  const told = keyGroups().flatMap((group) => group.rows);

  for (const row of KEYS) assert.ok(told.includes(row) && row.words && row.shown);
});
