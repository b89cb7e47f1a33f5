// @ts-check
/** The tab “Last run”: asks for what became of the step when the tab is shown, and again each time. */

import { el } from "./dom.js";
import { askForHtml, fragmentOf } from "./inspector_html.js";

/** @param {{body: HTMLElement, url: string, node: () => string|null}} parts */
export function createLastRun({ body, url, node }) {
  let asking = new AbortController();

  async function load(turn = /** @type {string|null} */ (null)) {
    const panel = body.querySelector('[data-panel="last"]');
    const key = node();
    if (!panel || !key || !url) return;
    asking.abort();
    asking = new AbortController();
    if (!panel.firstElementChild) panel.replaceChildren(el("p", { class: "pick-wait", text: "Looking at the last run …" }));
    const find = new URLSearchParams({ node: key, ...(turn === null ? {} : { turn }) });
    const answer = await askForHtml(`${url}?${find}`, undefined, asking.signal);
    if (!answer || key !== node()) return;
    panel.replaceChildren(answer.html === undefined ? el("p", { class: "pick-wait", text: answer.trouble }) : fragmentOf(answer.html));
  }

  body.addEventListener("change", (event) => {
    const choice = /** @type {any} */ (event.target);
    if (choice.matches?.("[data-last-turn]")) void load(choice.value);
  });

  return {
    /** A tab is shown now. @param {string} tab */
    shown(tab) {
      if (tab === "last") void load();
    },
  };
}
