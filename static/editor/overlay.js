// @ts-check
/** The states of a run on the canvas: asks the server until the run is over. */

import { isFinal, stateLook } from "./states.js";
import { Offline, ask } from "./transport.js";

const EVERY_MS = 800;

/**
 * Follow a run. Returns the function that stops it.
 * @param {{store: any, live: any, run: any, url: string|null, ended?: (run: any) => void}} parts url: where its
 *   state is told; null for a run that is given whole
 */
export function followRun({ store, live, run, url, ended }) {
  let stopped = false;
  let timer = 0;
  store.set({ run });

  async function look() {
    let wait = EVERY_MS;
    try {
      const answer = await ask("GET", /** @type {string} */ (url));
      if (stopped) return;
      if (answer.ok) {
        const before = store.get().run;
        const now = { ...before, ...answer.data };
        if (JSON.stringify(now) !== JSON.stringify(before)) store.set({ run: now });
        if (isFinal(now)) {
          live.announce(`Run ${stateLook(now.state).word.toLowerCase()}`);
          ended?.(now);
          return;
        }
      } else wait = EVERY_MS * 5;
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      wait = EVERY_MS * 5;
    }
    if (!stopped) timer = window.setTimeout(look, document.hidden ? wait * 4 : wait);
  }

  if (url && !isFinal(run)) void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
