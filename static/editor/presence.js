// @ts-check
/** Who else has this draft open: told every ten seconds, shown as initials in the bar and on the step they are at. */

import { el, icon } from "./dom.js";
import { Offline, ask } from "./transport.js";

const EVERY_MS = 10_000;

/**
 * @param {{store: any, url: string, host: HTMLElement, newer: () => void, announce: (text: string) => void}} parts
 *   newer: the server has a newer draft than this page
 */
export function watchPresence({ store, url, host, newer, announce }) {
  const tab = crypto.randomUUID();
  let names = "";

  async function beat() {
    try {
      const answer = await ask("POST", url, { tab, node: store.get().selected ?? "" });
      if (answer.ok) take(answer.data);
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      store.set({ others: [] });
    }
  }

  function take({ others, revision }) {
    const before = store.get().others ?? [];
    if (JSON.stringify(before) !== JSON.stringify(others)) store.set({ others });
    draw(others);
    if (revision > store.get().revision) newer();
  }

  /** Each person once; the same person in another tab is said as such. */
  function draw(others) {
    const people = new Map(others.map((one) => [one.name, one]));
    host.replaceChildren(
      ...[...people.values()].slice(0, 4).map((one) => {
        const words = one.you ? "You, in another tab" : `${one.name} has this draft open`;
        return el(
          "span",
          { class: "presence-face", "data-presence": one.name, title: words, role: "img", "aria-label": words },
          one.you ? icon("copy") : one.initials,
        );
      }),
      people.size > 4 ? el("span", { class: "presence-more", text: `+${people.size - 4}` }) : "",
    );
    host.hidden = !people.size;
    const now = [...people.keys()].join(", ");
    if (now !== names && now) announce(`Also here: ${now}`);
    names = now;
  }

  void beat();
  const timer = setInterval(beat, EVERY_MS);
  addEventListener("pagehide", () => {
    clearInterval(timer);
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
    void fetch(url, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ tab, left: true }),
    }).catch(() => {});
  });
}
