// @ts-check
/** Where a person is in a form: focus, cursor, folds, tab. Noted before the form is drawn again, and put back after. */

import { CONTROLS } from "./inspector_controls.js";

/** Note where the person is. @param {HTMLElement} body */
export function kept(body) {
  const focused = /** @type {any} */ (document.activeElement);
  const inside = body.contains(focused) ? focused : null;
  const folds = /** @type {any[]} */ ([...body.querySelectorAll("details[data-fold]")]);
  return {
    folds: new Map(folds.map((fold) => [fold.dataset.fold, fold.open])),
    id: inside?.id || null,
    act: inside?.dataset?.action ? { action: inside.dataset.action, field: inside.closest("[data-field]")?.dataset.field ?? null, at: inside.dataset.at ?? null } : null,
    value: inside && "value" in inside ? inside.value : null,
    cursor: inside && typeof inside.selectionStart === "number" ? [inside.selectionStart, inside.selectionEnd] : null,
  };
}

/** Open and close folds as they were. @param {HTMLElement} body @param {ReturnType<typeof kept>} keep */
export function unfold(body, keep) {
  for (const fold of /** @type {NodeListOf<any>} */ (body.querySelectorAll("details[data-fold]"))) {
    if (keep.folds.has(fold.dataset.fold)) fold.open = keep.folds.get(fold.dataset.fold);
  }
}

/**
 * Put the focus where a change wants it (`next`), else where it was. Returns the control that has it again, with what was typed.
 * @param {HTMLElement} body @param {ReturnType<typeof kept>} keep @param {string|null} next
 */
export function refocus(body, { id, value, cursor, act }, next) {
  const target = next && !document.querySelector("[data-picker]:popover-open") ? targetOf(body, next) : null;
  if (target) {
    target.focus();
    target.select?.();
    return null;
  }
  const again = /** @type {any} */ (id ? document.getElementById(id) : act ? sameButton(body, act) : null);
  if (!again || !body.contains(again)) return null;
  if (value !== null && "value" in again && !again.matches("select, button, [type=checkbox], [type=radio]")) again.value = value;
  again.focus({ preventScroll: true });
  if (cursor && again.setSelectionRange && /^(text|search|textarea)$/.test(again.type)) again.setSelectionRange(cursor[0], cursor[1]);
  return again;
}

function sameButton(body, { action, field, at }) {
  return [...body.querySelectorAll(`[data-action="${CSS.escape(action)}"]`)].find((button) =>
    at === null ? button.closest("[data-field]")?.dataset.field === field : button.dataset.at === at);
}

/** What a place means: a field by its pointer, its picker (`pick:…`), the name of an entry (`key:…`), the newest comparison. @param {HTMLElement} body */
export function targetOf(body, place) {
  if (place === "last-condition") return /** @type {any} */ ([...body.querySelectorAll('[data-row] [data-pointer$="/left"]')].at(-1));
  if (place.startsWith("key:")) return /** @type {any} */ (body.querySelector(`[data-key-of="${CSS.escape(place.slice(4))}"]`));
  if (place.startsWith("pick:")) return pickButton(body, place.slice(5));
  const wrapper = body.querySelector(`[data-field="${CSS.escape(place)}"], [data-rows="${CSS.escape(place)}"]`);
  return /** @type {any} */ (wrapper?.querySelector(CONTROLS) ?? wrapper?.querySelector("button"));
}

/** The button that opens the picker again: with the focus there, a picked reference shows as its chip. */
function pickButton(body, pointer) {
  const wrapper = body.querySelector(`[data-field="${CSS.escape(pointer)}"]`);
  return wrapper?.querySelector('[data-action="pick"]') ?? wrapper?.querySelector('[data-action="map"]');
}

/** Show a tab, or the first one where there is none of that name; returns which. @param {HTMLElement} body @param {string} wanted */
export function showTab(body, wanted) {
  const panels = /** @type {any[]} */ ([...body.querySelectorAll("[data-panel]")]);
  const name = panels.some((panel) => panel.dataset.panel === wanted) ? wanted : "configure";
  for (const button of /** @type {NodeListOf<any>} */ (body.querySelectorAll("[role=tab]"))) {
    const chosen = button.dataset.tab === name;
    button.setAttribute("aria-selected", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  for (const panel of panels) panel.hidden = panel.dataset.panel !== name;
  return name;
}
