// @ts-check
/** Many boxes to tick (events of Customer.io): a search over them, and what is ticked in a line. */

import { el } from "./dom.js";

/** Show the boxes that hold every word of the search; groups with a hit open. @param {any} search */
export function searchPicks(search) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of search.closest(".picks")?.querySelectorAll("details") ?? []) {
    let hits = 0;
    for (const label of group.querySelectorAll("[data-words]")) {
      label.hidden = !words.every((word) => label.dataset.words.includes(word));
      if (!label.hidden) hits++;
    }
    group.hidden = !hits;
    if (words.length) group.open = hits > 0;
  }
}

/** Say what is ticked, in all and in each group. @param {any} picks */
export function tellPicks(picks) {
  const ticked = /** @type {any[]} */ ([...picks.querySelectorAll("input:checked")]);
  const line = picks.querySelector("[data-picks-chosen]");
  if (line) {
    line.replaceChildren(...ticked.map((box) => el("span", { class: "badge", text: box.dataset.label })));
    if (!ticked.length) line.textContent = "None chosen yet";
  }
  for (const group of picks.querySelectorAll("details")) {
    const count = group.querySelectorAll("input:checked").length;
    const badge = group.querySelector("[data-picks-count]");
    badge.hidden = !count;
    badge.textContent = String(count);
  }
}
