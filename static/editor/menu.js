// @ts-check
/** A small searchable list that floats where it is needed: steps to add, steps to connect to. Keys, mouse and touch alike. */

import { FAMILIES } from "./catalog.js";
import { el, find, icon, placeNear } from "./dom.js";
import { search } from "./searching.js";

/**
 * @typedef {{value: string, title: string, help?: string, icon: string, family: string, group: string,
 *            off?: string|null}} Item
 */

let close = () => {};

/** Whether a menu is open now. */
export const menuIsOpen = () => !!find(".floating-menu");
export const closeMenu = () => close();

/**
 * Open the menu; another one closes. `pick` gets the value chosen and the tab that was on.
 * @param {{title: string, items: Item[], x: number, y: number, pick: (value: string, tab: string|null) => void,
 *          tabs?: {key: string, label: string}[], tab?: string|null, placeholder?: string, dropped?: () => void}} ask
 *   dropped: the person left it with Escape; without it the focus goes back to where it was
 */
export function openMenu({ title, items, x, y, pick, tabs = [], tab = null, placeholder = "Search steps", dropped }) {
  close();
  const opener = document.activeElement;
  let chosenTab = tab ?? tabs[0]?.key ?? null;
  let at = 0;
  const field = el("input", {
    class: "input",
    type: "search",
    placeholder,
    "aria-label": placeholder,
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "floating-list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = el("ul", { class: "menu-list", id: "floating-list", role: "listbox", "aria-label": title });
  const exits = el("div", { class: "menu-tabs", role: "group", "aria-label": "From which exit" });
  const menu = el(
    "div",
    { class: "floating-menu", role: "dialog", "aria-label": title },
    el("div", { class: "menu-title", text: title }),
  );
  if (tabs.length > 1) menu.append(exits);
  menu.append(field, list);
  document.body.append(menu);

  function drawTabs() {
    exits.replaceChildren(
      ...tabs.map((one) =>
        el("button", {
          type: "button",
          class: "chip",
          "aria-pressed": one.key === chosenTab,
          text: one.label || one.key,
          on: {
            click: () => {
              chosenTab = one.key;
              drawTabs();
              field.focus();
            },
          },
        }),
      ),
    );
  }

  const shown = () =>
    search(items, field.value, (item) => ({ title: item.title, more: `${item.group} ${item.help ?? ""}` }));

  function draw() {
    const found = shown();
    at = Math.max(0, Math.min(at, found.length - 1));
    // Search results stand by how well they fit, not by family.
    let group = field.value.trim() ? null : "";
    const rows = found.flatMap((item, i) => {
      const row = el(
        "li",
        {
          role: "option",
          id: `floating-${i}`,
          class: "menu-item",
          "aria-selected": i === at,
          "aria-disabled": item.off ? "true" : null,
          "data-family": item.family,
          "data-value": item.value,
          title: item.off ?? item.help ?? null,
          on: {
            click: () => choose(item),
            pointermove: () => {
              if (at !== i) {
                at = i;
                mark();
              }
            },
          },
        },
        el("span", { class: "step-icon" }, icon(item.icon)),
        el(
          "span",
          { class: "menu-words" },
          el("span", { text: item.title }),
          item.off && el("small", { text: item.off }),
        ),
      );
      const head =
        item.group !== group ? [el("li", { role: "presentation", class: "menu-group", text: item.group })] : [];
      if (group !== null) group = item.group;
      return [...head, row];
    });
    list.replaceChildren(
      ...(rows.length
        ? rows
        : [el("li", { role: "presentation", class: "menu-none", text: "Nothing with these words." })]),
    );
    mark();
  }

  function mark() {
    for (const row of list.querySelectorAll("[role=option]"))
      row.setAttribute("aria-selected", String(row.id === `floating-${at}`));
    const row = list.querySelector(`#floating-${at}`);
    field.setAttribute("aria-activedescendant", row ? row.id : "");
    row?.scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    if (!item || item.off) return;
    end(false);
    pick(item.value, chosenTab);
  }

  function end(refocus = true) {
    close = () => {};
    watch.abort();
    menu.remove();
    if (refocus && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  }

  const watch = new AbortController();
  close = () => end();
  field.addEventListener("input", () => {
    at = firstAllowed();
    draw();
  });
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const sideways = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key in steps) {
      at = (at + steps[event.key] + shown().length) % Math.max(1, shown().length);
      mark();
    } else if (event.key === "Enter" && event.target === field) choose(shown()[at]);
    else if (event.key === "Escape") {
      end(!dropped);
      dropped?.();
    } else if (sideways && tabs.length > 1 && !field.value && event.target === field) {
      const now = tabs.findIndex((one) => one.key === chosenTab);
      chosenTab = tabs[(now + sideways + tabs.length) % tabs.length].key;
      drawTabs();
    } else return;
    event.preventDefault();
  });
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!menu.contains(/** @type {Node} */ (event.target))) end(false);
    },
    { signal: watch.signal, capture: true },
  );
  const firstAllowed = () =>
    Math.max(
      0,
      shown().findIndex((item) => !item.off),
    );
  at = firstAllowed();
  drawTabs();
  draw();
  placeNear(menu, x, y);
  field.focus();
}

/** Items with those of a family together, families in the palette's order. @param {Item[]} items */
export function byFamily(items) {
  const order = Object.keys(FAMILIES);
  const place = (item) => (order.indexOf(item.family) + order.length + 1) % (order.length + 1);
  return [...items].sort((a, b) => place(a) - place(b));
}

/** The steps of the catalog as items of a menu. */
export function stepItems(catalog, { triggers = true } = {}) {
  const entries = catalog.entries.filter((entry) => triggers || entry.kind !== "trigger");
  return byFamily(
    entries.map(({ type, title, help, icon: name, family }) => ({
      value: type,
      title,
      help,
      icon: name,
      family,
      group: catalog.familyLabel(family),
    })),
  );
}
