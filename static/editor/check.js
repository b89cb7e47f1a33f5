// @ts-check
/** Checks what is on the screen, a blink after every change: the newest graph only, answers about an older one are dropped. */

import { Offline, ask } from "./transport.js";

const QUIET_MS = 250;

/** Problems of the graph as it is now. The same ones again are no news: nothing is drawn for them. */
export function tellProblems(store, problems) {
  const { graph, problems: before } = store.get();
  const same = JSON.stringify(problems) === JSON.stringify(before);
  store.set({ problems: same ? before : problems, checked: graph });
}

/**
 * @param {{store: any, url: string}} parts
 */
export function startChecking({ store, url }) {
  let timer = 0;
  let busy = false;

  async function check() {
    if (busy) return; // asked again when the answer is here
    const { graph, mode } = store.get();
    if (mode !== "edit") return;
    busy = true;
    try {
      const answer = await ask("POST", url, { graph });
      if (answer.ok && store.get().graph === graph) tellProblems(store, answer.data.problems ?? []);
    } catch (error) {
      // Without a server there is no check: saving says so, and the marks stay as they were.
      if (!(error instanceof Offline)) throw error;
    } finally {
      busy = false;
      if (store.get().graph !== graph) soon();
    }
  }


  function soon() {
    clearTimeout(timer);
    timer = window.setTimeout(() => void check(), QUIET_MS);
  }

  store.subscribe((state, before) => {
    if (state.graph !== before.graph && state.mode === "edit") soon();
  });
}
