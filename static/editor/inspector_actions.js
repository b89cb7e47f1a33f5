// @ts-check
/** What the buttons and switches of a form do to the step. Each is one step of undo. */

import { addBranch, addCondition, addGroup, removeCondition, rowPart, setMode, setRowPart, withoutBranch } from "./conditions.js";
import { loneOf } from "./inspector_chips.js";
import { cronOf, partsOf, timingOf, withoutTiming } from "./inspector_schedule.js";
import { searchPicks } from "./inspector_picks.js";
import { ABSENT, appendAt, asType, escape, freeEntry, getAt, hasLiquid, liquidOf, listOf, moveAt, parse, removeAt, renameAt, setAt, split } from "./inspector_values.js";

/**
 * @typedef {{
 *   store: any, node: () => any, key: () => string,
 *   change: (label: string, change: (node: any) => any, options?: {merge?: string, focus?: string}) => void,
 *   picker: ReturnType<typeof import("./picker.js").createPicker>,
 *   choices: ReturnType<typeof import("./inspector_choices.js").createChoices>,
 *   redraw: () => void, focus: (pointer: string) => void, tell: (text: string) => void,
 * }} Desk
 */

/** @param {Desk} desk */
export function createActions(desk) {
  /** Fixed values that a mapping took the place of, to come back to. */
  const fixedBefore = new Map();
  /** Where the cursor stood in a text with Liquid. */
  const carets = new Map();

  /** Types of what was picked, by its Liquid: number, boolean, … */
  const types = new Map();

  const wrapperOf = (element) => /** @type {HTMLElement|null} */ (element.closest("[data-field]"));
  const titleOf = (element) => wrapperOf(element)?.dataset.title ?? "Field";
  const pointerOf = (element) => wrapperOf(element)?.dataset.field ?? "";

  function openPicker(wrapper, before = ABSENT) {
    const pointer = wrapper.dataset.field;
    const text = liquidOf(getAt(desk.node(), pointer)) ?? "";
    const inText = text.trim() !== "" && !loneOf(text);
    void desk.picker.open(wrapper, pointer, {
      inText,
      left: () => {
        // Closed without a choice: a value that stood there is not lost.
        const isGiven = before !== ABSENT && before !== "" && JSON.stringify(before) !== "{}" && JSON.stringify(before) !== "[]";
        if (isGiven && liquidOf(getAt(desk.node(), pointer)) === "") desk.change(`Fixed value of “${wrapper.dataset.title}”`, (node) => setRowPart(node, pointer, before), { focus: pointer });
        else desk.focus(pointer);
      },
      pick: (row) => {
        const now = liquidOf(getAt(desk.node(), pointer)) ?? "";
        const at = carets.get(pointer) ?? now.length;
        const $liquid = inText ? now.slice(0, at) + row.insert + now.slice(at) : row.insert;
        types.set($liquid, row.type);
        desk.change(`Map “${wrapper.dataset.title}”`, (node) => refitted(setRowPart(node, pointer, { $liquid }), pointer), { focus: `pick:${pointer}` });
        desk.tell(`${row.words} picked`);
      },
    });
  }

  /** The right side of a comparison as the type of its left: a number typed where the left is one is a number. */
  function fitted(node, pointer, value) {
    const place = rowPart(pointer);
    if (place?.part !== "right" || typeof value !== "string") return value;
    const type = types.get(liquidOf(getAt(node, `${place.row}/left`)) ?? "");
    if (type === "number") return parse("number", value, "keep");
    return type === "boolean" && /^(true|false)$/.test(value) ? value === "true" : value;
  }

  /** After another left side, the right side as its type. */
  function refitted(node, pointer) {
    const place = rowPart(pointer);
    const right = place?.part === "left" ? `${place.row}/right` : null;
    return right && typeof getAt(node, right) === "string" ? setAt(node, right, fitted(node, right, getAt(node, right))) : node;
  }

  const actions = {
    /** Use data of an earlier step: the field becomes a mapping, and the picker opens. */
    map(button) {
      const wrapper = wrapperOf(button);
      const pointer = pointerOf(button);
      const value = getAt(desk.node(), pointer);
      if (wrapper && liquidOf(value) === null) {
        fixedBefore.set(`${desk.key()}|${pointer}`, value);
        desk.change(`Map “${titleOf(button)}”`, (node) => setRowPart(node, pointer, { $liquid: "" }));
      }
      if (wrapper) openPicker(wrapper, liquidOf(value) === null ? value : ABSENT);
    },

    pick(button) {
      const wrapper = wrapperOf(button);
      if (wrapper) openPicker(wrapper);
    },

    /** Back to a fixed value: the one from before, or the text when it holds no Liquid. */
    fixed(button) {
      const pointer = pointerOf(button);
      const text = liquidOf(getAt(desk.node(), pointer));
      if (text === null) return;
      const before = fixedBefore.get(`${desk.key()}|${pointer}`);
      const plain = text && !hasLiquid(text) ? text : ABSENT;
      const isRow = !!button.closest(".line");
      const value = before ?? plain ?? (isRow ? "" : ABSENT);
      desk.change(`Fixed value of “${titleOf(button)}”`, (node) => setRowPart(node, pointer, value), { focus: pointer });
    },

    "add-row"(button) {
      const pointer = button.dataset.at;
      const list = getAt(desk.node(), pointer);
      const focus = `${pointer}/${Array.isArray(list) ? list.length : 0}`;
      desk.change(`Add to “${titleOf(button)}”`, (node) => appendAt(node, pointer, JSON.parse(button.dataset.fresh || '""')), { focus });
    },

    "add-entry"(button) {
      const pointer = button.dataset.at;
      const name = freeEntry(getAt(desk.node(), pointer));
      const place = `${pointer}/${escape(name)}`;
      desk.change(`Add to “${titleOf(button)}”`, (node) => setAt(node, place, JSON.parse(button.dataset.fresh || '""')), { focus: `key:${place}` });
    },

    "remove-row"(button) {
      const pointer = pointerOf(button);
      const keepsHolder = /^\/(fields|branches)\//.test(pointer);
      desk.change(`Remove “${titleOf(button)}”`, (node) => removeAt(node, pointer, !keepsHolder), { focus: split(pointer).parent });
    },

    "move-up": (button) => desk.change("Move up", (node) => moveAt(node, pointerOf(button), -1)),
    "move-down": (button) => desk.change("Move down", (node) => moveAt(node, pointerOf(button), 1)),

    "add-condition": (button) => desk.change("Add a condition", (node) => addCondition(node, button.dataset.at), { focus: "last-condition" }),
    "add-group": (button) => desk.change("Add a group", (node) => addGroup(node, button.dataset.at)),
    "remove-condition": (button) => desk.change("Remove a condition", (node) => removeCondition(node, button.dataset.at)),
    "add-branch": () => desk.change("Add a branch", addBranch),

    "remove-branch"(button) {
      desk.store.commit("Remove a branch", (graph) => withoutBranch(graph, desk.key(), button.dataset.at));
    },

    "add-input"() {
      const fields = getAt(desk.node(), "/fields") ?? [];
      const taken = Object.fromEntries(fields.map((field) => [field?.name, true]));
      const fresh = { name: freeEntry(taken, "field"), label: "", type: "text", required: false };
      desk.change("Add a field", (node) => appendAt(node, "/fields", fresh), { focus: `/fields/${fields.length}/label` });
    },

    calendar(button) {
      const native = button.parentElement?.querySelector("input");
      native?.showPicker?.();
    },

    choices(button) {
      const input = button.parentElement?.querySelector("input");
      if (!(input instanceof HTMLInputElement)) return;
      input.focus();
      desk.choices.open(input);
    },

    copy(button) {
      void navigator.clipboard?.writeText(button.dataset.copy ?? "").then(() => desk.tell(`Copied ${button.dataset.copy}`));
    },
  };

  /** A control that is no plain value: returns whether it was one of ours. @param {any} control */
  function onInput(control) {
    const { dataset } = control;
    if (dataset.typeOf !== undefined) {
      desk.change(`Type of “${titleOf(control)}”`, (node) => setRowPart(node, dataset.typeOf, asType(getAt(node, dataset.typeOf), control.value)), { focus: dataset.typeOf });
    } else if (dataset.unitOf !== undefined) {
      const number = Number(control.parentElement.querySelector("[data-pointer]")?.value);
      if (Number.isFinite(number)) desk.change("How long", (node) => setAt(node, dataset.unitOf, number * Number(control.value)));
    } else if (dataset.condMode !== undefined) {
      desk.change("All or any", (node) => setMode(node, dataset.condMode, control.value));
    } else if (dataset.waitMode !== undefined) {
      desk.change("What to wait for", (node) => {
        const { seconds: _seconds, until: _until, window: _window, ...rest } = node.config;
        return { ...node, config: { ...rest, [control.value]: WAITS[control.value] ?? 60 } };
      });
    } else if (dataset.cron !== undefined) {
      setRhythm(control);
    } else if (dataset.calendar !== undefined) {
      setMoment(control);
    } else if (dataset.picksSearch !== undefined) {
      searchPicks(control);
    } else return false;
    return true;
  }

  function setRhythm(control) {
    const schedule = control.closest("[data-schedule]");
    const now = getAt(desk.node(), "/cron");
    const parts = partsOf(schedule, typeof now === "string" ? now : "");
    const other = timingOf(parts.mode, desk.node().config);
    if (other) return desk.change("Schedule", (node) => ({ ...node, config: other }));
    const cron = cronOf(parts) ?? (typeof now === "string" ? null : "0 9 * * *");
    if (typeof now !== "string") desk.change("Schedule", (node) => setAt({ ...node, config: withoutTiming(node.config) }, "/cron", cron));
    else if (cron !== null) desk.change("Schedule", (node) => setAt(node, "/cron", cron), { merge: `${desk.key()}:/cron` });
    else schedule.querySelector('[data-pointer="/cron"]')?.focus();
  }

  function setMoment(native) {
    const control = native.closest(".moment")?.querySelector("[data-pointer]");
    const moment = new Date(native.value);
    if (!control || Number.isNaN(moment.getTime())) return;
    control.value = native.dataset.calendar === "unix" ? String(Math.floor(moment.getTime() / 1000)) : moment.toISOString().replace(".000Z", "Z");
    control.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /** What counts only when it is finished: the name of an entry, the label of a form field. @param {any} control */
  function onChange(control) {
    const pointer = control.dataset.keyOf;
    if (pointer !== undefined) {
      const { name } = split(pointer);
      const wanted = control.value;
      if (wanted === name) return;
      const taken = Object.hasOwn(getAt(desk.node(), split(pointer).parent) ?? {}, wanted);
      if (wanted === "" || taken) {
        desk.tell(wanted === "" ? "An entry needs a name." : `There is an entry “${wanted}” already.`);
        control.value = name;
        return;
      }
      desk.change("Rename an entry", (node) => renameAt(node, pointer, wanted), { focus: `${split(pointer).parent}/${escape(wanted)}` });
    } else if (control.dataset.inputLabel !== undefined) {
      const place = `${split(control.dataset.pointer).parent}/name`;
      const name = nameFrom(control.value);
      if (name && /^field(_\d+)?$/.test(getAt(desk.node(), place) ?? "")) desk.change("Name the field", (node) => setAt(node, place, name));
    }
  }

  /** Remember where the cursor is, for insertions. @param {any} control */
  function onCaret(control) {
    if (control.dataset.kind === "liquid") carets.set(control.dataset.pointer, control.selectionStart);
  }

  /** Several values pasted into a row of a list become rows of their own. Returns whether they did. @param {any} control @param {string} text */
  function onPaste(control, text) {
    const rows = control.closest(".line")?.closest("[data-rows]");
    const pointer = control.dataset.pointer;
    if (!rows || control.matches("textarea") || control.dataset.keyOf !== undefined || rows.classList.contains("table-rows")) return false;
    const values = listOf(text);
    if (!values) return false;
    const { kind } = control.dataset;
    const made = values.slice(0, MOST_PASTED).map((value) => (typeof value === "string" ? parse(kind ?? "text", value, "keep") : value));
    const { parent, name } = split(pointer);
    desk.change(`Paste ${made.length} values into “${titleOf(rows)}”`, (node) => {
      const items = [...(getAt(node, parent) ?? [])];
      items.splice(Number(name), items[Number(name)] === "" ? 1 : 0, ...made);
      return setAt(node, parent, items);
    }, { focus: `${parent}/${Number(name) + made.length - 1}` });
    desk.tell(`${made.length} values pasted`);
    return true;
  }

  return { actions, onInput, onChange, onCaret, onPaste, fitted };
}

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** So many values come out of one paste at most. */
const MOST_PASTED = 10_000;

/** What each way of waiting begins with. */
const WAITS = { seconds: 60, until: "", window: { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00", timezone: ZONE } };

/** "E-mail address" -> "e_mail_address". */
const nameFrom = (label) => label.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
