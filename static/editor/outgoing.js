// @ts-check
/** What leaves the editor: publishing a version, and running the draft with its states shown on the canvas. */

import { followRun } from "./overlay.js";
import { stateLook } from "./states.js";
import { Offline, ask, refusal } from "./transport.js";

/**
 * @param {{store: any, data: any, live: any, autosave: any, bar: any, problems: any, refused: (reason: string) => void,
 *          jump: (problem: any) => void, begun: () => void}} parts begun: a run of the draft is under way
 */
export function createOutgoing({ store, data, live, autosave, bar, problems, refused, jump, begun }) {
  let stopFollowing = () => {};

  async function saveFirst() {
    if (await autosave.flush()) return true;
    refused("The draft is not saved yet, so this cannot begin. Your changes are kept in this browser.");
    return false;
  }

  async function publish() {
    if (!(await saveFirst())) return;
    const [{ openPublish }, { changesShown }] = await Promise.all([import("./dialogs.js"), import("./versions.js")]);
    openPublish({
      store,
      jump,
      changed: () => changesShown(data.urls.changes, "published", "draft", data.my_name),
      publish: async (note) => {
        const answer = await posted(data.urls.publish, { note });
        if (answer.problem) return answer.problem;
        bar.published(answer.data.number, answer.data.enabled);
        live.toast(`Version ${answer.data.number} is published`, { tone: "ok" });
        return null;
      },
    });
  }

  /** Begin a test. Resolves to null, or to what is wrong. */
  async function begin(body) {
    const answer = await posted(data.urls.test, body);
    if (answer.problem) return answer;
    follow(answer.data);
    return null;
  }

  /** Post; problems found on the way go to the drawer. @returns {Promise<{data?: any, problem: any, fields?: any}>} */
  async function posted(url, body) {
    try {
      const answer = await ask("POST", url, body);
      if (answer.ok) return { data: answer.data, problem: null };
      if (answer.data?.problems) {
        store.set({ problems: answer.data.problems, checked: store.get().graph });
        problems.show(true);
        return { problem: "The check found errors: they are listed below the canvas." };
      }
      const { message, hint } = refusal(answer);
      return { problem: `${message} ${hint}`.trim(), fields: answer.data?.fields };
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return { problem: "The server cannot be reached. Try again when you are online." };
    }
  }

  function follow({ id, url, state_url: stateUrl, live_url: liveUrl, dry = false, steps: part = null }) {
    stopFollowing();
    const keys = part ?? store.get().graph.nodes.map((node) => node.key);
    const steps = Object.fromEntries(keys.map((key) => [key, { state: "pending" }]));
    const word = dry ? "Dry run" : "Test run";
    const where = stateUrl ?? new URL("state.json", new URL(url, location.href)).pathname;
    live.announce(`${word} started`);
    begun();
    stopFollowing = followRun({
      store,
      live,
      url: where,
      stream: liveUrl ?? null,
      run: { id, url, dry, state: "queued", steps },
      ended: (run) =>
        live.toast(`${word} ${stateLook(run.state).word.toLowerCase()}`, {
          tone: run.state === "succeeded" ? "ok" : "err",
          link: { href: url, text: "Open run" },
        }),
    });
  }

  function hideRun() {
    stopFollowing();
    store.set({ run: null });
  }

  return { publish, begin, saveFirst, hideRun, follow };
}
