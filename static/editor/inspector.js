// @ts-check
/** The settings of the selected step: draws the server's form, binds it to the store, keeps both true to each other. */

import { rowPart, setRowPart, shapeOf, shownAt } from "./conditions.js";
import { el, icon } from "./dom.js";
import { nodeOf, withNode } from "./graph.js";
import { createActions } from "./inspector_actions.js";
import { createChoices } from "./inspector_choices.js";
import { CONTROLS, UNREADY, drawChip, judge, meant, show, tellMoment } from "./inspector_controls.js";
import { guardActions, tellGuard } from "./inspector_guard.js";
import { askForHtml, fragmentOf } from "./inspector_html.js";
import { createLastRun } from "./inspector_last.js";
import { tellPicks } from "./inspector_picks.js";
import { kept, refocus, showTab, targetOf, unfold } from "./inspector_place.js";
import { drawProblems, placeOf } from "./inspector_problems.js";
import { getAt, liquidOf, repaired, setAt, typeOf } from "./inspector_values.js";
import { webhookActions } from "./inspector_webhook.js";
import { createPicker } from "./picker.js";

const TYPING_MS = 350;

/**
 * @param {HTMLElement} element the panel @param {any} store
 * @param {{urls: Record<string, string>, announce: (text: string) => void, toast?: any, commands?: any, catalog?: any, [more: string]: any}} options
 */
export function mountInspector(element, store, { urls, announce, toast = null, commands = null, catalog = null }) {
  const body = el("div", { class: "insp-body" });
  element.replaceChildren(body);
  let drawnKey = /** @type {string|null} */ (null);
  let drawnNode = /** @type {any} */ (null);
  let drawnShape = "";
  let asked = 0;
  let asking = new AbortController();
  let timer = 0;
  let focusNext = /** @type {string|null} */ (null);
  let typing = /** @type {Element|null} */ (null);
  let own = false;
  let pressed = false;
  let waiting = /** @type {(() => void)|null} */ (null);
  let tab = "configure";
  let revealNext = /** @type {string|null} */ (null);
  /** JSON that is half typed, by step and pointer: kept over redraws, never stored. */
  const halfTyped = new Map();

  const form = () => /** @type {HTMLElement|null} */ (body.querySelector("[data-form]"));
  const node = () => nodeOf(store.get().graph, drawnKey);
  const controls = () => /** @type {any[]} */ ([...body.querySelectorAll(CONTROLS)]);

  /** @type {import("./inspector_actions.js").Desk} */
  const desk = {
    store, node, key: () => drawnKey ?? "", redraw: () => draw(0), tell: announce,
    focus: (pointer) => targetOf(body, pointer)?.focus({ preventScroll: true }),
    change(label, change, { merge, focus } = {}) {
      focusNext = focus ?? null;
      store.commit(label, (graph) => withNode(graph, drawnKey, change), { merge });
      if (focus && element.getAttribute("aria-busy") !== "true") {
        desk.focus(focus);
        focusNext = null;
      }
    },
    picker: createPicker({
      announce,
      ask: (field, inText, signal) => askForHtml(urls.data, { graph: store.get().graph, node: drawnKey, field, in_text: inText }, signal),
    }),
    choices: createChoices({
      url: urls.choices ?? urls.inspector.replace(/inspector\/$/, "choices/"),
      connection: () => node()?.connection ?? "",
      chosen: (control, id) => {
        control.value = id;
        control.dispatchEvent(new InputEvent("input", { bubbles: true }));
        control.focus();
      },
    }),
  };
  const { actions, onInput, onChange, onCaret, onPaste, fitted } = createActions(desk);
  Object.assign(actions, webhookActions(desk, urls.webhook), guardActions(desk, catalog));
  const lastRun = createLastRun({ body, url: urls.last, node: () => drawnKey });

  // ---- drawing --------------------------------------------------------------------------------------------------------

  function empty(words, hint) {
    drawnKey = null;
    leaving(false);
    body.replaceChildren(el("div", { class: "insp-empty" }, icon("mouse-pointer-click"), el("p", { text: words }), el("p", { class: "fld-help", text: hint })));
  }

  function select() {
    const { selected, selection, mode } = store.get();
    clearTimeout(timer);
    asking.abort();
    desk.picker.close();
    desk.choices.close();
    element.setAttribute("aria-busy", "false");
    if (selection.length > 1) return empty(`${selection.length} steps are selected`, "Select one step to set it up.");
    if (!selected) return empty("No step is selected", mode === "edit" ? "Select a step to set it up, or drag one from the list onto the canvas." : "Select a step to see its settings.");
    leaving(drawnKey !== selected);
    return draw(0);
  }

  /** What is shown belongs to a step that is not selected any more: nothing of it can be pressed. @param {boolean} so */
  function leaving(so) {
    body.classList.toggle("is-leaving", so);
    body.inert = so;
  }

  /** Ask for the form of the selected step, soon. Several reasons to draw become one. */
  function draw(wait = 30) {
    clearTimeout(timer);
    if (store.get().selected) element.setAttribute("aria-busy", "true");
    timer = setTimeout(() => void load(), wait);
  }

  async function load() {
    const { graph, selected } = store.get();
    const wanted = nodeOf(graph, selected);
    if (!wanted) return;
    const number = ++asked;
    asking.abort();
    asking = new AbortController();
    const answer = await askForHtml(urls.inspector, { graph, node: selected }, asking.signal);
    if (!answer || number !== asked || store.get().selected !== selected) return;
    leaving(false);
    element.setAttribute("aria-busy", "false");
    if (answer.html === undefined) {
      if (drawnKey === selected) return announce(answer.trouble);
      empty("The settings could not be drawn", answer.trouble);
      body.firstElementChild?.append(el("button", { type: "button", class: "button small", text: "Try again", on: { click: () => draw(0) } }));
      return;
    }
    // Between the press and the release of a button nothing may move away under the hand.
    waiting = () => { if (number === asked) swap(answer.html, selected, wanted); };
    if (!pressed) release();
  }

  function release() {
    const go = waiting;
    waiting = null;
    go?.();
  }

  /** Put the drawn form in place; focus, cursor, folds, tab and scroll stay where they were. */
  function swap(html, key, drawnFrom) {
    const same = drawnKey === key;
    const scroll = element.scrollTop;
    const keep = same ? kept(body) : null;
    body.replaceChildren(fragmentOf(html));
    drawnKey = key;
    drawnNode = drawnFrom;
    drawnShape = shapeOf(drawnFrom);
    if (!same) {
      typing = null;
      tab = "configure";
      element.scrollTop = 0;
    }
    tab = showTab(body, tab);
    lastRun.shown(tab);
    if (keep) unfold(body, keep);
    for (const control of controls()) {
      const half = halfTyped.get(`${key}|${control.dataset.pointer}`);
      if (half !== undefined && control.dataset.kind === "json") control.value = half;
      if (control.dataset.kind === "duration") show(control, getAt(node(), control.dataset.pointer));
    }
    if (keep) {
      element.scrollTop = scroll;
      const now = refocus(body, keep, focusNext);
      focusNext = null;
      if (typing && now) typing = now;
    }
    if (store.get().mode !== "edit") body.querySelector("fieldset")?.setAttribute("disabled", "");
    dress();
    sync();
    if (revealNext) reveal(revealNext);
  }

  /** What the browser adds to the drawn form: chips, moments in words, names of choices, summaries of items. */
  function dress() {
    const { graph } = store.get();
    for (const mapping of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-mapping]"))) drawChip(mapping, graph);
    for (const control of controls()) {
      judge(control);
      tellMoment(control);
      if (control.closest("[data-choices]")) desk.choices.tell(control);
    }
    for (const picks of body.querySelectorAll(".picks")) tellPicks(picks);
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-item-words]"))) line.textContent = summaryOf(getAt(node(), line.dataset.itemWords ?? ""));
    const drawn = form();
    if (drawn && drawnKey) tellGuard(drawn, graph, drawnKey);
    drawMarks();
  }

  function drawMarks() {
    const drawn = form();
    if (drawn && drawnKey) drawProblems(drawn, store.get().problems.filter((problem) => problem.node === drawnKey), repair);
  }

  function repair(problem) {
    const { label, patch } = problem.repair;
    const done = store.commit(label ?? "Mend", (graph) => repaired(graph, patch ?? [], store.get().checked));
    announce(done ? `${label ?? "Mended"}: done` : "This no longer fits the flow as it is now.");
  }

  // ---- staying true ---------------------------------------------------------------------------------------------------

  /** After a change of the graph: show its values; draw again when their shape is not the drawn one. */
  function sync() {
    const now = node();
    if (!now || !form()) return;
    let reshaped = shapeOf(now) !== drawnShape;
    for (const field of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-shape-kind]"))) {
      if (field.dataset.shapeKind !== "none" && shapeAt(field, now) !== field.dataset.shape && !(own && typing && field.contains(typing))) reshaped = true;
    }
    for (const control of controls()) {
      const before = control.value;
      if (control.dataset.kind === "rekey") {
        if (control !== document.activeElement) control.value = now.key;
        continue;
      }
      show(control, shownAt(now, control.dataset.pointer));
      if (control.dataset.redraw !== undefined && control.value !== before) reshaped = true;
    }
    dress();
    if (reshaped && now !== drawnNode) draw(typing ? TYPING_MS : 0);
  }

  /** The shape of a value, in the words of fields.Field.shape. */
  function shapeAt(field, now) {
    const value = shownAt(now, field.dataset.field ?? "");
    const kind = field.dataset.shapeKind;
    if (liquidOf(value) !== null) return "mapped";
    if (kind === "list") return `[${Array.isArray(value) ? value.length : 0}]`;
    if (kind === "table") return JSON.stringify(value && typeof value === "object" ? Object.keys(value) : []);
    return kind === "any" ? typeOf(value) : "fixed";
  }

  // ---- hands ----------------------------------------------------------------------------------------------------------

  body.addEventListener("pointerdown", () => {
    pressed = true;
    focusNext = null;
  });
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => {
      pressed = false;
      if (waiting) setTimeout(release);
    });
  }
  body.addEventListener("submit", (event) => event.preventDefault());

  body.addEventListener("input", (event) => {
    focusNext = null;
    const control = /** @type {any} */ (event.target);
    if (onInput(control) || !control.matches(CONTROLS) || control.dataset.kind === "rekey") return;
    const { pointer } = control.dataset;
    const isText = control.matches("textarea, input:not([type=checkbox], [type=radio])");
    typing = isText ? control : null;
    judge(control);
    tellMoment(control);
    const value = fitted(node(), pointer, meant(control, shownAt(node(), pointer)));
    const half = `${drawnKey}|${pointer}`;
    if (value === UNREADY) return void halfTyped.set(half, control.value);
    halfTyped.delete(half);
    if (control.closest("[data-choices]")) lookUp(control);
    const title = control.closest("[data-field]")?.dataset.title ?? "Field";
    const put = rowPart(pointer) ? setRowPart : setAt;
    own = true;
    desk.change(pointer === "@name" ? "Rename" : `Set “${title}”`, (now) => put(now, pointer, value), { merge: `${drawnKey}:${pointer}` });
    own = false;
    if (control.dataset.redraw !== undefined) draw(isText ? TYPING_MS : 0);
  });

  body.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (onPaste(/** @type {any} */ (event.target), text)) event.preventDefault();
  });

  /** In a field of choices, words search the account; digits are an id and need no list. */
  function lookUp(control) {
    const text = control.value.trim();
    if (text.includes("{{") || /^\d+$/.test(text)) desk.choices.close();
    else desk.choices.open(control, text);
  }

  body.addEventListener("change", (event) => {
    const control = /** @type {any} */ (event.target);
    if (control.dataset.kind === "rekey") return rekey(control);
    onChange(control);
    if (control === typing) typing = null;
    sync();
  });

  function rekey(control) {
    const wanted = control.value.trim();
    if (!commands || wanted === drawnKey) return;
    const reason = commands.rekey(drawnKey, wanted);
    if (!reason) return announce(`Key changed to ${wanted}; references follow`);
    control.value = drawnKey;
    if (toast) toast(reason, { tone: "err" });
    announce(reason);
  }

  body.addEventListener("click", (event) => {
    const target = /** @type {any} */ (event.target);
    const chosen = target.closest("[role=tab]");
    if (chosen) {
      tab = showTab(body, chosen.dataset.tab);
      return void lastRun.shown(tab);
    }
    const button = target.closest("[data-action]");
    if (!button || button.disabled) return;
    if (button.closest("summary")) event.preventDefault();
    typing = null;
    actions[button.dataset.action]?.(button);
  });

  body.addEventListener("keydown", (event) => {
    const target = /** @type {any} */ (event.target);
    if (target.closest?.("[data-choices]") && target.matches("input") && desk.choices.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (target.matches?.("[role=tab]") && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const tabs = /** @type {any[]} */ ([...body.querySelectorAll("[role=tab]")]);
      const at = tabs.indexOf(target);
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key] ?? at;
      const button = tabs[(next + tabs.length) % tabs.length];
      tab = showTab(body, button.dataset.tab);
      lastRun.shown(tab);
      button.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && target.matches?.("input")) {
      event.preventDefault();
      const rows = target.closest(".line") && target.closest("[data-rows]");
      if (rows && !target.dataset.keyOf && target.value !== "") rows.querySelector(":scope > [data-action^='add-']")?.click();
      else target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  body.addEventListener("focusin", (event) => {
    const control = /** @type {any} */ (event.target);
    if (control.matches("[data-choices] input") && control.value.trim() === "") desk.choices.open(control);
  });
  body.addEventListener("focusout", (event) => {
    const control = /** @type {any} */ (event.target);
    onCaret(control);
    if (control.matches?.("[data-choices] input")) desk.choices.close();
    if (control !== typing) return;
    typing = null;
    sync();
  });

  store.subscribe((state, before) => {
    if (state.selected !== before.selected || state.selection.length !== before.selection.length || state.mode !== before.mode) select();
    else if (state.graph !== before.graph && state.selected === drawnKey && drawnKey) {
      if (nodeOf(state.graph, drawnKey) !== nodeOf(before.graph, drawnKey)) sync();
      else dress();
    }
    if (state.problems !== before.problems) drawMarks();
  });
  select();

  /** Show a field of the selected step, on whichever tab and in whichever fold it is, and focus it; as soon as its form is drawn. @param {string|null} field */
  function reveal(field) {
    if (!form() || drawnKey !== store.get().selected || !field) return void (revealNext = field);
    const place = /** @type {any} */ (placeOf(form(), field));
    revealNext = null;
    if (!place) return;
    tab = showTab(body, place.closest("[data-panel]")?.dataset.panel ?? tab);
    for (let fold = place.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    const target = place.querySelector(CONTROLS) ?? place.querySelector("button");
    target?.focus();
    place.scrollIntoView({ block: "center" });
  }

  return { reveal };
}

/** An item in a few words, for its folded head: its first plain values. */
function summaryOf(item) {
  if (!item || typeof item !== "object") return "";
  const words = Object.values(item).map((value) => liquidOf(value) ?? value).filter((value) => typeof value === "string" || typeof value === "number");
  return words.slice(0, 3).join(" · ");
}
