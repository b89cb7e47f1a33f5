// @ts-check
/** Things of the account (segments, broadcasts, …) chosen by name from a list; an id can always be typed instead. */

import { el } from "./dom.js";
import { askForHtml, fragmentOf } from "./inspector_html.js";

/**
 * @param {{url: string, connection: () => string, chosen: (control: HTMLInputElement, id: string, name: string) => void}} parts
 */
export function createChoices({ url, connection, chosen }) {
  const box = el("div", { class: "choices", popover: "manual", role: "listbox", id: "account-choices", "aria-label": "Found in the account" });
  document.body.append(box);
  const names = new Map();
  let control = /** @type {HTMLInputElement|null} */ (null);
  let active = /** @type {HTMLElement|null} */ (null);
  let asking = new AbortController();
  let timer = 0;

  const kindOf = (input) => input.closest("[data-choices]")?.dataset.choices ?? "";
  const options = () => /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-value]")]);

  /** Open the list under a field, searching for what is typed, unless that is an id already. */
  function open(input, query = "") {
    control = input;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", box.id);
    if (!box.matches(":popover-open")) {
      box.replaceChildren(el("p", { class: "pick-wait", text: "Loading …" }));
      box.showPopover();
    }
    place();
    clearTimeout(timer);
    timer = setTimeout(() => void load(query), query ? 180 : 0);
  }

  async function load(query, fresh = false) {
    asking.abort();
    asking = new AbortController();
    if (!control) return;
    const find = new URLSearchParams({ connection: connection(), kind: kindOf(control), q: query, ...(fresh ? { fresh: "1" } : {}) });
    const answer = await askForHtml(`${url}?${find}`, undefined, asking.signal);
    if (!answer || !control) return;
    if (answer.html === undefined) box.replaceChildren(el("p", { class: "pick-wait", text: answer.trouble }));
    else box.replaceChildren(fragmentOf(answer.html));
    for (const option of options()) {
      names.set(`${connection()}|${kindOf(control)}|${option.dataset.value}`, option.dataset.name);
      if (option.dataset.value === control.value) option.setAttribute("data-now", "");
    }
    move(options()[0] ?? null);
    place();
    tell(control);
  }

  function place() {
    if (!control) return;
    const at = control.getBoundingClientRect();
    box.style.width = `${at.width}px`;
    const { height } = box.getBoundingClientRect();
    const below = at.bottom + 4 + height <= innerHeight - 8;
    box.style.left = `${at.left}px`;
    box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
  }

  function close() {
    clearTimeout(timer);
    asking.abort();
    control?.setAttribute("aria-expanded", "false");
    control?.removeAttribute("aria-activedescendant");
    if (box.matches(":popover-open")) box.hidePopover();
    control = null;
  }

  function move(option) {
    active?.removeAttribute("aria-selected");
    active = option;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) control?.setAttribute("aria-activedescendant", active.id);
  }

  function choose(option) {
    if (!control) return;
    const input = control;
    close();
    chosen(input, option.dataset.value ?? "", option.dataset.name ?? "");
    tell(input);
  }

  /** Say the name of what an id stands for, when it is known. */
  function tell(input) {
    const line = input.closest("[data-field]")?.querySelector("[data-chosen-name]");
    const name = names.get(`${connection()}|${kindOf(input)}|${input.value.trim()}`);
    if (!(line instanceof HTMLElement)) return;
    line.hidden = !name;
    line.textContent = name ?? "";
    if (!name) void lookUp(input);
  }

  const looked = new Set();

  /** Ask once for the name of an id, out of what the server remembers: the account itself is not asked for it. */
  async function lookUp(input) {
    const id = input.value.trim();
    const place = `${connection()}|${kindOf(input)}|${id}`;
    if (!id || id.includes("{{") || looked.has(place)) return;
    looked.add(place);
    const answer = await askForHtml(`${url}?${new URLSearchParams({ connection: connection(), kind: kindOf(input), id })}`);
    const found = answer?.html === undefined ? null : fragmentOf(answer.html).querySelector("[data-name]");
    if (!(found instanceof HTMLElement)) return;
    names.set(place, found.dataset.name);
    if (input.isConnected) tell(input);
  }

  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-choices-fresh]") && control) {
      box.querySelector("[data-choices-fresh]")?.setAttribute("aria-busy", "true");
      return void load(/^\d+$/.test(control.value.trim()) ? "" : control.value.trim(), true);
    }
    const option = /** @type {Element} */ (event.target).closest("[data-value]");
    if (option instanceof HTMLElement) choose(option);
  });

  /** Keys of a field with choices; returns whether the key was ours. */
  function key(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (!box.matches(":popover-open")) {
      if (event.key !== "ArrowDown") return false;
      open(input);
      return true;
    }
    const list = options();
    const at = active ? list.indexOf(active) : -1;
    if (event.key === "ArrowDown") move(list[Math.min(at + 1, list.length - 1)] ?? null);
    else if (event.key === "ArrowUp") move(list[Math.max(at - 1, 0)] ?? null);
    else if (event.key === "Enter" && active) choose(active);
    else if (event.key === "Escape") close();
    else return false;
    return true;
  }

  return { open, close, key, tell };
}
