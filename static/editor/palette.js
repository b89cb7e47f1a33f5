// @ts-check
/** The list of steps to add: drag one onto the canvas or a wire, or click it to add it after the selected step. */

import { snap } from "./canvas.js";
import { FAMILIES } from "./catalog.js";
import { el, icon } from "./dom.js";
import { search } from "./searching.js";

const KIND = "application/x-helix-step";

/**
 * @param {HTMLElement} element
 * @param {{catalog: any, commands: any, canvas: any, root: HTMLElement,
 *          added: (key: string, how?: {dropped: boolean}) => void}} parts
 */
export function mountPalette(element, { catalog, commands, canvas, root, added }) {
  const field = el("input", {
    class: "input",
    type: "search",
    placeholder: "Search steps",
    "aria-label": "Search steps",
    autocomplete: "off",
    "data-palette-search": true,
  });
  const list = el("div", { class: "palette-list" });
  element.replaceChildren(el("div", { class: "palette-search" }, icon("search"), field), list);
  let dragging = null;

  function draw() {
    const query = field.value.trim();
    const found = search(catalog.entries, query, (entry) => ({
      title: entry.title,
      more: `${entry.help} ${catalog.familyLabel(entry.family)}`,
    }));
    const families = [...new Set([...Object.keys(FAMILIES), ...found.map((entry) => entry.family)])];
    const groups = query
      ? [{ title: found.length === 1 ? "1 step" : `${found.length} steps`, entries: found }]
      : families.map((family) => ({
          title: catalog.familyLabel(family),
          entries: found.filter((one) => one.family === family),
        }));
    const none = el("p", { class: "palette-none", text: "No step has these words. Try “segment”, “event” or “wait”." });
    const drawn = groups
      .filter((group) => group.entries.length)
      .map(({ title, entries }) =>
        el("section", { class: "palette-group" }, el("h3", { text: title }), ...entries.map(entryRow)),
      );
    list.replaceChildren(...(drawn.length ? drawn : [none]));
    stop(list.querySelector("[data-step-type]"));
  }

  /** One stop for the Tab key; the arrows walk the list. */
  function stop(row) {
    for (const one of list.querySelectorAll("[data-step-type]")) one.tabIndex = one === row ? 0 : -1;
  }

  function entryRow(entry) {
    const marks = [
      entry.destructive && el("span", { class: "mark warn", title: entry.destructive }, icon("shield-alert")),
      entry.deprecated &&
        el("span", { class: "mark muted", title: `Deprecated. ${entry.deprecated}` }, icon("archive")),
    ];
    return el(
      "div",
      {
        class: "palette-entry",
        role: "button",
        tabindex: -1,
        draggable: "true",
        "data-step-type": entry.type,
        "data-family": entry.family,
        title: entry.help,
        on: {
          click: () => added(commands.add(entry.type)),
          keydown: (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            added(commands.add(entry.type));
          },
          focus: (event) => stop(event.currentTarget),
          dragstart: (event) => {
            dragging = entry.type;
            event.dataTransfer.setData(KIND, entry.type);
            event.dataTransfer.setData("text/plain", entry.title);
            event.dataTransfer.effectAllowed = "copy";
            root.classList.add("is-dropping");
          },
          dragend: () => {
            dragging = null;
            root.classList.remove("is-dropping");
            canvas.mark(null);
          },
        },
      },
      el("span", { class: "step-icon" }, icon(entry.icon)),
      el("span", { class: "palette-title", text: entry.title }),
      ...marks,
    );
  }

  root.addEventListener("dragover", (event) => {
    if (!dragging) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    canvas.mark(catalog.get(dragging).kind === "trigger" ? null : canvas.under(event.clientX, event.clientY));
  });
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(/** @type {Node|null} */ (event.relatedTarget))) canvas.mark(null);
  });
  root.addEventListener("drop", (event) => {
    const type = dragging ?? event.dataTransfer?.getData(KIND);
    if (!type || !catalog.has(type)) return;
    event.preventDefault();
    const spot = catalog.get(type).kind === "trigger" ? null : canvas.under(event.clientX, event.clientY);
    canvas.mark(null);
    const drop = canvas.toDrawing(event.clientX, event.clientY);
    const at = { x: snap(drop.x - 124), y: snap(drop.y - 38) };
    const edge = spot?.edge && commandsEdge(spot.edge);
    const key = edge
      ? commands.insertOnEdge(type, edge)
      : spot?.source
        ? commands.insertAfter(type, spot.source, spot.port)
        : commands.addLoose(type, at);
    added(key, { dropped: true });
  });

  function commandsEdge(id) {
    const [source, port, target] = id.split("|");
    return { source, port, target };
  }

  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      draw();
    }
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list.querySelector("[data-step-type]")?.focus();
    }
  });
  list.addEventListener("keydown", (event) => {
    const rows = [...list.querySelectorAll("[data-step-type]")];
    const at = rows.indexOf(/** @type {any} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    if (next < 0) field.focus();
    else /** @type {any} */ (rows[next])?.focus();
  });
  draw();
  return { focus: () => field.focus() };
}
