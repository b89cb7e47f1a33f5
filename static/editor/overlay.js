// @ts-check
/** The states of a run on the canvas: told by the server as they change; asked for while it cannot tell. */

import { isFinal, stateLook } from "./states.js";
import { Offline, ask } from "./transport.js";

const EVERY_MS = 800;
const TRIES_TO_LISTEN = 3;

/**
 * Follow a run. Returns the function that stops it. Every change is announced on the document as "helix:run-changed".
 * @param {{store: any, live: any, run: any, url: string|null, stream?: string|null, ended?: (run: any) => void}} parts
 *   url: where its state is told; null for a run that is given whole. stream: where its changes are told as they happen
 */
export function followRun({ store, live, run, url, stream = null, ended }) {
  let stopped = false;
  let timer = 0;
  /** @type {EventSource|null} */ let source = null;
  let failures = 0;
  store.set({ run });

  /** Take a state in; whether the run is over. */
  function take(data) {
    const before = store.get().run;
    const now = { ...before, ...data, steps: { ...before.steps, ...data.steps } };
    if (JSON.stringify(now) !== JSON.stringify(before)) {
      store.set({ run: now });
      document.dispatchEvent(new CustomEvent("helix:run-changed", { detail: { state: now.state } }));
    }
    if (!isFinal(now)) return false;
    live.announce(`Run ${stateLook(now.state).word.toLowerCase()}`);
    ended?.(now);
    return true;
  }

  async function look() {
    let wait = EVERY_MS;
    try {
      const answer = await ask("GET", /** @type {string} */ (url));
      if (stopped) return;
      if (!answer.ok) wait = EVERY_MS * 5;
      else if (take(answer.data)) return;
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      wait = EVERY_MS * 5;
    }
    if (!stopped) timer = window.setTimeout(look, document.hidden ? wait * 4 : wait);
  }

  /** Listen; after some failures in a row, look instead. The browser itself comes back with the last event's id. */
  function listen() {
    source = new EventSource(`${stream}?after=${run.seq ?? ""}`);
    source.onmessage = (event) => {
      failures = 0;
      if (take(JSON.parse(event.data))) source?.close();
    };
    source.addEventListener("end", () => source?.close());
    source.onerror = () => {
      if (stopped || (++failures < TRIES_TO_LISTEN && source?.readyState !== EventSource.CLOSED)) return;
      source?.close();
      void look();
    };
  }

  if (!isFinal(run) && stream) listen();
  else if (!isFinal(run) && url) void look();
  return () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };
}
