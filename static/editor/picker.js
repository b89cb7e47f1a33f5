// @ts-check
/** The data picker: a popover with what earlier steps give, typed; what does not fit the field is grey and says why. */

import { el } from "./dom.js";
import { askForHtml, fragmentOf } from "./inspector_html.js";

/**
 * @param {{ask: (pointer: string, inText: boolean, signal: AbortSignal) => ReturnType<typeof askForHtml>, announce: (text: string) => void}} parts
 */
export function createPicker({ ask, announce }) {
  const box = el("div", { class: "data-pick", popover: "auto", role: "dialog", "aria-label": "Pick data of an earlier step", "data-picker": true });
  document.body.append(box);
  let current = /** @type {{pick: (row: {path: string, insert: string, words: string, type: string}) => void, left: () => void}|null} */ (null);
  let asking = new AbortController();
  let active = /** @type {HTMLElement|null} */ (null);
  let at = new DOMRect();
  let panel = at;

  const rows = () => /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-path]")]);
  const seen = () => rows().filter((row) => !row.hidden);
  const search = () => /** @type {HTMLInputElement|null} */ (box.querySelector("[data-pick-search]"));

  /** Open at a field. @param {HTMLElement} anchor @param {string} pointer @param {{inText?: boolean, pick: any, left?: () => void}} options left: closed without picking */
  async function open(anchor, pointer, { inText = false, pick, left = () => {} }) {
    asking.abort();
    asking = new AbortController();
    current = { pick, left };
    box.replaceChildren(el("p", { class: "pick-wait", text: "Looking at earlier steps …" }));
    box.dataset.of = pointer;
    if (!box.matches(":popover-open")) box.showPopover();
    at = anchor.getBoundingClientRect();
    panel = anchor.closest("[data-inspector]")?.getBoundingClientRect() ?? at;
    place();
    const answer = await ask(pointer, inText, asking.signal);
    if (!answer) return;
    if (answer.html === undefined) box.replaceChildren(el("p", { class: "pick-wait", text: answer.trouble }));
    else box.replaceChildren(fragmentOf(answer.html));
    place();
    search()?.focus();
    const fitting = rows().filter((row) => row.dataset.fits === "yes").length;
    announce(fitting === 1 ? "1 value fits" : `${fitting} values fit`);
    filter();
  }

  /** Left of the settings where there is room, else over them. */
  function place() {
    const { width, height } = box.getBoundingClientRect();
    const left = panel.left - width - 10 >= 8 ? panel.left - width - 10 : Math.max(8, Math.min(at.left, innerWidth - width - 8));
    box.style.left = `${left}px`;
    box.style.top = `${Math.max(8, Math.min(at.top - 8, innerHeight - height - 8))}px`;
  }

  function close() {
    asking.abort();
    if (box.matches(":popover-open")) box.hidePopover();
  }

  function choose(row) {
    if (!current) return;
    if (row.dataset.fits === "no") {
      announce(`This does not fit. ${row.querySelector(".pick-reason")?.textContent ?? ""}`);
      row.classList.remove("shake");
      void row.offsetWidth;
      row.classList.add("shake");
      return;
    }
    const { pick } = current;
    current = null;
    close();
    pick({ path: row.dataset.path ?? "", insert: row.dataset.insert ?? "", words: row.dataset.words ?? "", type: row.dataset.type ?? "" });
  }

  function filter() {
    const words = (search()?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (row) => words.every((word) => `${row.dataset.words} ${row.dataset.path}`.toLowerCase().includes(word));
    const sources = new Set();
    for (const row of rows()) {
      row.hidden = words.length ? !holds(row) : row.dataset.folded !== undefined;
      if (!row.hidden) sources.add(row.dataset.of);
    }
    for (const source of box.querySelectorAll("[data-source]")) /** @type {HTMLElement} */ (source).hidden = words.length > 0 && !sources.has(/** @type {HTMLElement} */ (source).dataset.source);
    const nothing = /** @type {HTMLElement|null} */ (box.querySelector("[data-pick-nothing]"));
    if (nothing) nothing.hidden = !words.length || sources.size > 0;
    move(seen().find((row) => row.dataset.fits === "yes") ?? null);
  }

  function move(row) {
    active?.removeAttribute("aria-selected");
    active = row;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (row) search()?.setAttribute("aria-activedescendant", row.id);
    else search()?.removeAttribute("aria-activedescendant");
  }

  /** Fold or unfold what is inside a row. */
  function fold(row, folded) {
    const level = Number(row.dataset.level);
    let next = row.nextElementSibling;
    while (next instanceof HTMLElement && next.dataset.level !== undefined && Number(next.dataset.level) > level) {
      if (folded) next.dataset.folded = "";
      else if (Number(next.dataset.level) === level + 1) delete next.dataset.folded;
      next.hidden = next.dataset.folded !== undefined;
      next = next.nextElementSibling;
    }
    row.setAttribute("aria-expanded", String(!folded));
  }

  const isFolded = (row) => {
    const next = row.nextElementSibling;
    return next instanceof HTMLElement && Number(next.dataset.level) > Number(row.dataset.level) && next.hidden;
  };

  box.addEventListener("input", filter);
  box.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement|null} */ (target.closest("[data-path]"));
    if (!row) return;
    if (target.closest("[data-pick-fold]")) fold(row, !isFolded(row));
    else choose(row);
  });
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const list = seen();
    const now = active ? list.indexOf(active) : -1;
    if (event.key === "ArrowDown") move(list[Math.min(now + 1, list.length - 1)] ?? null);
    else if (event.key === "ArrowUp") move(list[Math.max(now - 1, 0)] ?? null);
    else if (event.key === "Enter" && active) choose(active);
    else if (event.key === "ArrowRight" && active && !search()?.value) fold(active, false);
    else if (event.key === "ArrowLeft" && active && !search()?.value) fold(active, true);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  box.addEventListener("toggle", (event) => {
    if (/** @type {any} */ (event).newState !== "closed") return;
    asking.abort();
    const leave = current?.left;
    current = null;
    leave?.();
  });
  return { open, close };
}
