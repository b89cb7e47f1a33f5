// @ts-check
/** Two versions side by side: two canvases that look at the same place, what differs marked on the steps and told as a list. */

import { mountCanvas } from "./canvas.js";
import { el, icon } from "./dom.js";
import { withPlaces } from "./places.js";
import { createStore } from "./store.js";

/** mark → what stands on the step. A word and a sign: colour never alone. */
const MARKS = {
  added: "Added",
  removed: "Removed",
  changed: "Changed",
  renamed: "Renamed",
  wired: "Other connections",
  moved: "Only moved",
};
const MARK_OF = { added: "added", removed: "removed", renamed: "renamed", wired: "wired", unwired: "wired", note: null };
const RANK = ["added", "removed", "changed", "renamed", "wired", "moved"];

/** The marks of the steps: what a person should see first of each. @returns {Record<string, {mark: string, word: string}>} */
export function marksOf(changes, moved = []) {
  /** @type {Record<string, {mark: string, word: string}>} */
  const marks = {};
  const put = (key, mark) => {
    const before = marks[key]?.mark;
    if (before && RANK.indexOf(before) <= RANK.indexOf(mark)) return;
    marks[key] = { mark, word: MARKS[mark] };
  };
  for (const { kind, node } of changes) {
    const mark = kind in MARK_OF ? MARK_OF[kind] : "changed";
    if (node && mark) put(node, mark);
  }
  for (const key of moved) put(key, "moved");
  return marks;
}

/**
 * Show both. `sides`: the earlier and the later, each {words, graph}.
 * @param {{sides: {words: string, graph: any}[], changes: any[], moved: string[], list: Node[], catalog: any}} parts
 */
export function openCompare({ sides, changes, moved, list, catalog }) {
  const opener = document.activeElement;
  const marks = marksOf(changes, moved);
  const roots = sides.map(({ words }) => el("div", { class: "canvas-root", tabindex: "-1", role: "group", "aria-label": words }));
  const legend = RANK.filter((mark) => Object.values(marks).some((one) => one.mark === mark)).map((mark) =>
    el("span", { class: "compare-key", "data-mark": mark, "data-mark-word": MARKS[mark] }),
  );
  const tool = (action, name, label, act) =>
    el("button", { class: "button icon small", type: "button", "data-action": action, "aria-label": label, title: label, on: { click: act } }, icon(name));
  const dialog = el(
    "dialog",
    { class: "dialog compare", "data-dialog": "compare", "aria-labelledby": "dialog-compare" },
    el(
      "header",
      { class: "compare-head" },
      el("h2", { id: "dialog-compare", text: `${sides[0].words} and ${sides[1].words}, side by side` }),
      el("span", { class: "compare-legend" }, ...legend),
      el("span", { class: "bar-gap" }),
      tool("compare-out", "zoom-out", "Zoom out", () => zoom(0.8)),
      tool("compare-in", "zoom-in", "Zoom in", () => zoom(1.25)),
      tool("compare-fit", "maximize", "Show the whole flow", () => whole()),
      tool("compare-close", "x", "Close", () => dialog.close()),
    ),
    el(
      "div",
      { class: "compare-sides" },
      ...sides.map(({ words }, i) => el("section", { class: "compare-side" }, el("h3", { text: words }), roots[i])),
    ),
    el("div", { class: "compare-list" }, ...list),
  );
  document.body.append(dialog);
  dialog.showModal();

  const stores = sides.map(({ graph }) => createStore({ graph: withPlaces(graph, catalog), mode: "read", marks }));
  /** @type {any[]} */
  const canvases = [];
  stores.forEach((store, i) => {
    canvases[i] = mountCanvas(roots[i], { store, catalog, onMove: (view) => canvases[1 - i]?.setView(view) });
    roots[i].addEventListener("helix:step", (event) => choose(/** @type {CustomEvent} */ (event).detail.key, i));
  });
  const larger = sides[1].graph.nodes.length >= sides[0].graph.nodes.length ? 1 : 0;
  function both(act) {
    act(canvases[larger]);
    // The library moves with the next frames.
    setTimeout(() => {
      const view = canvases[larger].view();
      if (view) canvases[1 - larger].setView(view);
    }, 80);
  }
  const zoom = (factor) => both((canvas) => canvas.zoom(factor, 0));
  const whole = () => both((canvas) => canvas.fit(0));
  // Both are there after a frame or two; then they look at the same place.
  const ready = setInterval(() => {
    if (!roots.every((root) => "ready" in root.dataset)) return;
    clearInterval(ready);
    new ResizeObserver(() => whole()).observe(roots[larger]);
  }, 30);

  /** Choose a step on both sides, and bring it into view. */
  function choose(key, from = larger) {
    for (const store of stores) store.select(store.get().graph.nodes.some((node) => node.key === key) ? key : null);
    const at = stores[from].get().selected ? from : 1 - from;
    canvases[at].show(key);
  }
  for (const row of dialog.querySelectorAll("[data-change-node]")) {
    row.addEventListener("click", () => choose(row.getAttribute("data-change-node")));
  }
  dialog.addEventListener("close", () => {
    clearInterval(ready);
    for (const canvas of canvases) canvas.destroy();
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
  return dialog;
}
