// @ts-check
/** Controls and what they hold: from a control to a value, and back without disturbing whoever is typing. */

import { readJson } from "./inspector_json.js";
import { hasLiquid, instantOf, liquidOf, parse, withExpressions } from "./inspector_values.js";
import { wordsOf } from "./inspector_chips.js";

/** Every control that stands for a value of the step. */
export const CONTROLS = "[data-pointer][data-kind]";

/** Something typed that is no value yet, such as half a JSON document. */
export const UNREADY = Symbol("unready");

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Control */

const CHECKED = (control) => control instanceof HTMLInputElement && control.type === "checkbox";

/** The value that a control stands for now; UNREADY while it stands for none. @param {Control} control */
export function valueOf(control) {
  const { kind, empty = "remove", values } = control.dataset;
  if (kind === "boolean") return booleanOf(/** @type {HTMLInputElement} */ (control));
  if (kind === "set") return setOf(control);
  if (kind === "json") return jsonOf(control, empty);
  if (kind === "duration") return durationOf(control, empty);
  if (kind === "choice") {
    if (control.value === "") return parse("text", "", empty);
    return values === "json" ? JSON.parse(control.value) : control.value;
  }
  if (kind !== "liquid" && hasLiquid(control.value)) return { $liquid: control.value };
  return parse(kind ?? "text", control.value, empty);
}

/**
 * The value that a control stands for, when this one is stored: as long as it shows the stored value it means that one, whatever
 * its type; so looking at a form, or touching it, changes nothing.
 * @param {Control} control @param {any} stored
 */
export function meant(control, stored) {
  const { kind } = control.dataset;
  if (kind === "boolean") return stored !== undefined && /** @type {any} */ (control).checked === isOn(control, stored) ? stored : valueOf(control);
  if (kind === "set") return ticked(control, stored);
  if (stored !== undefined && control.value === textOf(control, stored, false)) return stored;
  if (stored === undefined && (control.value === "" || (kind === "choice" && control.dataset.default === JSON.stringify(control.value)))) return undefined;
  return valueOf(control);
}

const isOn = (control, value) => (value === undefined ? control.dataset.default === "true" : value === true);

/** What is ticked: what was there stays in its order, what is new comes behind it. */
function ticked(control, stored) {
  const now = setOf(control);
  if (!Array.isArray(stored)) {
    const usual = JSON.parse(control.dataset.default || "[]");
    return JSON.stringify(now) === JSON.stringify(usual) ? stored : now;
  }
  const kept = stored.filter((each) => now.includes(each));
  return kept.length === stored.length && kept.length === now.length ? stored : [...kept, ...now.filter((each) => !kept.includes(each))];
}

/** A switch that stands on its default is left out, so that the config says only what was chosen. */
function booleanOf(control) {
  const usual = control.dataset.default === "true";
  const optional = control.getAttribute("aria-required") !== "true";
  return optional && control.checked === usual ? undefined : control.checked;
}

function setOf(control) {
  const all = control.closest("[data-set]")?.querySelectorAll("input") ?? [];
  return [...all].filter((box) => box.checked).map((box) => box.value);
}

function jsonOf(control, empty) {
  if (control.value.trim() === "") return parse("text", "", empty);
  const found = readJson(control.value);
  if (control.dataset.plain !== undefined) return found.ok ? found.value : UNREADY;
  if (!found.ok) return isTemplate(control.value) ? { $liquid: control.value } : UNREADY;
  return withExpressions(found.value);
}

const unitOf = (control) => /** @type {HTMLSelectElement|null} */ (control.parentElement?.querySelector("[data-unit-of]"));

function durationOf(control, empty) {
  const number = parse("number", control.value, empty);
  return typeof number === "number" ? number * Number(unitOf(control)?.value ?? 1) : number;
}

/**
 * Make a control show a value, unless it shows it already: half-typed numbers, dates and JSON stay as they are typed.
 * @param {Control} control @param {any} value
 */
export function show(control, value) {
  const { kind, default: usual } = control.dataset;
  if (value === undefined && usual && (kind === "set" || (kind === "choice" && !control.querySelector('option[value=""]')))) value = JSON.parse(usual);
  if (CHECKED(control)) {
    const box = /** @type {HTMLInputElement} */ (control);
    box.checked = kind === "set" ? Array.isArray(value) && value.includes(box.value) : isOn(box, value);
    const words = box.closest(".switch")?.querySelector("[data-yes-no]");
    if (words) words.textContent = box.checked ? "Yes" : "No";
    return;
  }
  const now = meant(control, value);
  if (now === UNREADY || JSON.stringify(now) === JSON.stringify(value)) return;
  control.value = textOf(control, value);
}

function textOf(control, value, unitToo = true) {
  const { kind, values } = control.dataset;
  if (value === undefined || (value === null && kind !== "json")) return "";
  const liquid = liquidOf(value);
  if (liquid !== null) return liquid;
  if (kind === "json") return JSON.stringify(value, null, 2);
  if (kind === "duration" && typeof value === "number") {
    const unit = unitOf(control);
    const sizes = [...(unit?.options ?? [])].map((option) => Number(option.value));
    const size = unitToo ? (sizes.filter((each) => value % each === 0).at(-1) ?? 1) : Number(unit?.value ?? 1);
    if (unit && unitToo) unit.value = String(size);
    return String(value / size);
  }
  if (kind === "choice" && values === "json") return JSON.stringify(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether the text in a JSON field is an expression as a whole, not JSON with expressions in it. */
const isTemplate = (text) => hasLiquid(text) && /^\s*\{[{%]/.test(text);

/** Show beside a JSON field why its text is no value. @param {Control} control */
export function judge(control) {
  if (control.dataset.kind !== "json") return;
  const trouble = control.parentElement?.querySelector("[data-json-trouble]");
  const found = control.value.trim() === "" || (isTemplate(control.value) && control.dataset.plain === undefined) ? { ok: true } : readJson(control.value);
  control.toggleAttribute("data-broken", !found.ok);
  if (trouble instanceof HTMLElement) {
    trouble.hidden = found.ok;
    const more = hasLiquid(control.value) ? " Expressions {{ … }} stand in quotes; one alone in its quotes keeps its type." : "";
    trouble.textContent = found.ok ? "" : /** @type {any} */ (found).message + more;
  }
}

const WHEN = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Say in words which moment a field names. @param {Control} control */
export function tellMoment(control) {
  const line = control.closest("[data-field]")?.querySelector("[data-when]");
  if (!(line instanceof HTMLElement) || !control.closest(".moment")) return;
  const moment = control.dataset.kind === "integer" ? (/^\d{9,11}$/.test(control.value.trim()) ? new Date(Number(control.value) * 1000) : null) : momentOf(control.value);
  line.hidden = !moment;
  line.textContent = moment ? `${WHEN.format(moment)} (${ZONE})` : "";
}

function momentOf(text) {
  const instant = instantOf(text.trim());
  return instant ? new Date(instant) : null;
}

/** Draw a lone reference as a chip over its text. @param {HTMLElement} mapping @param {any} graph */
export function drawChip(mapping, graph) {
  const text = mapping.querySelector("textarea");
  const chip = mapping.querySelector("[data-ref]");
  if (!text || !(chip instanceof HTMLElement)) return;
  const words = wordsOf(text.value, graph);
  mapping.classList.toggle("is-ref", !!words);
  chip.hidden = !words;
  chip.replaceChildren(
    ...(words ?? []).map((word, i) => {
      const part = document.createElement("span");
      part.className = i ? "ref-part" : "ref-root";
      part.textContent = word;
      return part;
    }),
  );
  text.title = words ? text.value.trim() : "";
}
