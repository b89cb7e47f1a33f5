// @ts-check
/** All keys of the editor in one table: what listens (keys.js, outline.js) and what tells (the list at “?”) read the same rows. Pure. */

/**
 * @typedef {{id: string, keys: string[], shown: string, words: string, group: string, command?: boolean, alt?: boolean,
 *            shift?: boolean, edit?: boolean, everywhere?: boolean, browser?: boolean}} Key
 * command: with Ctrl or Cmd. shift: undefined means that it does not matter. edit: only while the flow may be changed.
 * everywhere: also while a form has the focus. browser: the browser sends an event of its own for it.
 */

const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/** @type {Key[]} */
export const KEYS = [
  { id: "walk", keys: ARROWS, shift: false, shown: "Arrows", words: "Walk to the step before, after or beside", group: "Walk" },
  { id: "extend", keys: ARROWS, shift: true, shown: "Shift arrows", words: "Walk and keep what is selected", group: "Walk" },
  { id: "ends", keys: ["Home", "End"], shown: "Home / End", words: "First or last row of the outline", group: "Walk" },
  { id: "find", keys: ["f"], shown: "F", words: "Find a step of this flow", group: "Walk" },
  { id: "part", keys: ["F6"], everywhere: true, shown: "F6 / Shift F6", words: "Next or previous part of the page", group: "Walk" },
  { id: "find", keys: ["f"], command: true, everywhere: true, shown: "Ctrl F", words: "Find a step of this flow", group: "Walk" },
  { id: "outline", keys: ["o"], shown: "O", words: "Outline: the same flow as a list; again: back to the canvas", group: "Walk" },

  { id: "add", keys: ["a"], edit: true, shown: "A", words: "Add a step after this one; ← → choose the exit", group: "Build" },
  { id: "before", keys: ["b"], edit: true, shown: "B", words: "Add a step before this one", group: "Build" },
  { id: "connect", keys: ["c"], edit: true, shown: "C", words: "Connect an exit of this step to another step", group: "Build" },
  { id: "disconnect", keys: ["u"], edit: true, shown: "U", words: "Undo a connection of this step", group: "Build" },
  { id: "replace", keys: ["m"], edit: true, shown: "M", words: "Move this step behind another", group: "Build" },
  { id: "remove", keys: ["Delete", "Backspace"], edit: true, shown: "Delete", words: "Delete; the steps around are joined", group: "Build" },
  { id: "duplicate", keys: ["d"], command: true, edit: true, shown: "Ctrl D", words: "Duplicate", group: "Build" },
  { id: "note", keys: ["n"], edit: true, shown: "N", words: "Add a note", group: "Build" },
  { id: "search", keys: ["/"], edit: true, shown: "/", words: "Search the list of steps to add", group: "Build" },

  { id: "open", keys: ["Enter"], shown: "Enter", words: "Settings of the step", group: "Step" },
  { id: "rename", keys: ["F2"], edit: true, shown: "F2", words: "Rename", group: "Step" },
  { id: "back", keys: ["Escape"], shown: "Esc", words: "Back to the step; then select nothing", group: "Step" },
  { id: "nudge", keys: ARROWS, alt: true, edit: true, shown: "Alt arrows", words: "Push the card; in the outline: earlier or later", group: "Step" },
  { id: "problems", keys: ["p"], edit: true, shown: "P", words: "Problems", group: "Step" },

  { id: "undo", keys: ["z"], command: true, shift: false, edit: true, everywhere: true, shown: "Ctrl Z", words: "Undo", group: "Whole flow" },
  { id: "redo", keys: ["z"], command: true, shift: true, edit: true, everywhere: true, shown: "Ctrl Shift Z", words: "Redo", group: "Whole flow" },
  { id: "redo", keys: ["y"], command: true, edit: true, everywhere: true, shown: "Ctrl Y", words: "Redo", group: "Whole flow" },
  { id: "all", keys: ["a"], command: true, shown: "Ctrl A", words: "Select all steps", group: "Whole flow" },
  { id: "copy", keys: ["c"], command: true, browser: true, shown: "Ctrl C", words: "Copy; works between flows", group: "Whole flow" },
  { id: "cut", keys: ["x"], command: true, browser: true, edit: true, shown: "Ctrl X", words: "Cut", group: "Whole flow" },
  { id: "paste", keys: ["v"], command: true, browser: true, edit: true, shown: "Ctrl V", words: "Paste", group: "Whole flow" },
  { id: "save", keys: ["s"], command: true, everywhere: true, shown: "Ctrl S", words: "Save now", group: "Whole flow" },
  { id: "tidy", keys: ["t"], edit: true, shown: "T", words: "Tidy up", group: "Whole flow" },

  { id: "fit", keys: ["0"], shown: "0", words: "Show the whole flow", group: "View" },
  { id: "closer", keys: ["+", "="], shown: "+", words: "Closer", group: "View" },
  { id: "farther", keys: ["-"], shown: "−", words: "Farther", group: "View" },
  { id: "help", keys: ["?"], shown: "?", words: "This list", group: "View" },
];

/**
 * The row that a pressed key belongs to, or null.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean}} event
 */
export function keyOf(event) {
  const command = !!(event.ctrlKey || event.metaKey);
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (
    KEYS.find(
      (row) =>
        row.keys.includes(pressed) &&
        !!row.command === command &&
        !!row.alt === !!event.altKey &&
        (row.shift === undefined || row.shift === !!event.shiftKey),
    ) ?? null
  );
}

/** The rows in groups, as the list shows them; what only the hand can do is told as well. */
export function keyGroups() {
  const groups = [...new Set(KEYS.map((row) => row.group))];
  const rows = groups.map((title) => ({ title, rows: KEYS.filter((row) => row.group === title) }));
  const hand = { shown: "Shift drag", words: "Select with a frame" };
  return [...rows, { title: "Hand", rows: [hand, { shown: "Wheel, drag", words: "Look elsewhere; with Ctrl: closer, farther" }] }];
}
