// @ts-check
/** Pins: samples of what steps give. Tests use them instead of carrying the step out; published runs never do. */

import { el, icon, openDialog } from "./dom.js";
import { nodeOf } from "./graph.js";
import { Offline, ask, refusal } from "./transport.js";

/** @param {{store: any, urls: any, live: any, lastRun: any, flush: () => Promise<boolean>}} parts */
export function createPins({ store, urls, live, lastRun, flush }) {
  /** Tell the server; null, or the sentence that says what is wrong. */
  async function send(body) {
    try {
      if (!(await flush())) return "The draft is not saved yet, so nothing can be pinned. Your changes are kept in this browser.";
      const answer = await ask("POST", urls.pins, body);
      if (answer.ok) {
        store.set({ pins: answer.data.pins });
        return null;
      }
      const { message, hint } = refusal(answer);
      return `${message} ${hint}`.trim();
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return "The server cannot be reached. Try again when you are online.";
    }
  }
  const nameOf = (key) => nodeOf(store.get().graph, key)?.name ?? key;
  const isPinned = (key) => Object.hasOwn(store.get().pins ?? {}, key);

  /** Pin what the step gave in its last run: one click. */
  async function pinLast(key) {
    const problem = await send({ node: key, last: true });
    if (problem) live.toast(problem, { tone: "err" });
    else live.toast(`The output of “${nameOf(key)}” is pinned`, { tone: "ok", hint: "Tests use it from now on; published runs do not." });
  }

  async function unpin(key) {
    const problem = await send({ node: key, remove: true });
    if (problem) live.toast(problem, { tone: "err" });
    else live.toast(`“${nameOf(key)}” is not pinned any more`, { tone: "ok", hint: "Tests carry it out again." });
  }

  /** Look at the sample, change it as JSON, take it off. */
  function edit(key) {
    const pinned = isPinned(key);
    const begin = pinned ? store.get().pins[key] : (lastRun()?.steps?.[key]?.data ?? {});
    const text = el("textarea", { class: "input mono pin-text", id: "pin-text", rows: 14, spellcheck: "false" });
    text.value = JSON.stringify(begin, null, 2);
    const trouble = el("p", { class: "dialog-trouble", role: "alert", hidden: true });
    const say = (words) => {
      trouble.hidden = !words;
      trouble.textContent = words ?? "";
      text.setAttribute("aria-invalid", String(!!words));
    };
    const button = (action, look, name, words, click) =>
      el("button", { class: `button ${look}`, type: "button", "data-action": action, on: { click } }, icon(name), words);
    const finish = async (body, words) => {
      const problem = await send(body);
      if (problem) return say(problem);
      dialog.close();
      live.toast(words, { tone: "ok" });
    };
    const save = () => {
      let sample;
      try {
        sample = JSON.parse(text.value);
      } catch (error) {
        return say(`This is not JSON: ${/** @type {Error} */ (error).message}`);
      }
      return finish({ node: key, sample }, `The sample of “${nameOf(key)}” is pinned`);
    };
    const dialog = openDialog({
      name: "pin",
      wide: true,
      title: `Sample of “${nameOf(key)}”`,
      body: [
        el("p", {
          text: "Tests take this as what the step gives, and do not carry the step out. Published runs ignore it. It stays beside the draft, out of its versions.",
        }),
        el("label", { class: "field", for: "pin-text" }, el("span", { text: "What it gives, as JSON" })),
        text,
        trouble,
      ],
      buttons: [
        pinned && button("unpin", "ghost", "x", "Unpin", () => finish({ node: key, remove: true }, `“${nameOf(key)}” is not pinned any more`)),
        button("pin-last", "", "history", "Take from its last run", async () => {
          const problem = await send({ node: key, last: true });
          say(problem);
          if (!problem) text.value = JSON.stringify(store.get().pins[key], null, 2);
        }),
        button("pin-save", "primary", "pin", "Pin", save),
      ].filter(Boolean),
    });
    text.focus();
  }

  // The inspector's hook: any button with data-pin="last|edit|off" and the step's key in data-pin-step.
  document.addEventListener("click", (event) => {
    const asked = event.target instanceof Element ? event.target.closest("[data-pin]") : null;
    if (!(asked instanceof HTMLElement)) return;
    const key = asked.dataset.pinStep || store.get().selected;
    if (!key) return;
    if (asked.dataset.pin === "edit") edit(key);
    else void (asked.dataset.pin === "off" ? unpin(key) : pinLast(key));
  });
  return { edit, pinLast, unpin, isPinned };
}
