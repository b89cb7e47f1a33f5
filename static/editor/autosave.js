// @ts-check
/** Keeps the draft saved: a moment after the last change, one request at a time, the newest graph wins. */

import { askAboutConflicts, offerKept, tellGone } from "./conflict.js";
import { mergeGraphs } from "./merge.js";
import { Offline, ask, refusal } from "./transport.js";

const QUIET_MS = 800;
const RETRY_MS = [2000, 5000, 10_000, 30_000];

/**
 * @param {{store: any, live: any, url: string, flowId: string, flowsUrl?: string}} parts
 */
export function startAutosave({ store, live, url, flowId, flowsUrl = "/" }) {
  const keep = `helix:draft:${flowId}`;
  let saved = store.get().graph;
  let timer = 0;
  let failures = 0;
  let asking = false;
  let told = "";
  /** @type {Promise<boolean>|null} */
  let running = null;

  const isSaved = () => store.get().graph === saved;

  store.subscribe((state, before) => {
    if (state.graph === before.graph || state.mode !== "edit") return;
    if (isSaved()) {
      if (!running) store.set({ save: "saved" });
      forget();
      return;
    }
    if (state.save === "saved") store.set({ save: "unsaved" });
    remember();
    schedule(QUIET_MS);
  });

  function schedule(ms) {
    clearTimeout(timer);
    timer = window.setTimeout(() => void save(), ms);
  }

  /** Save now unless there is nothing to save. Resolves to whether the server has what is on the screen. */
  async function save() {
    clearTimeout(timer);
    while (running) await running;
    if (isSaved()) return true;
    if (asking) return false;
    running = send();
    const done = await running;
    running = null;
    if (done && !isSaved()) schedule(QUIET_MS);
    return done && isSaved();
  }

  async function send() {
    const { graph, revision } = store.get();
    store.set({ save: "saving" });
    let answer;
    try {
      answer = await ask("PUT", url, { graph, base_revision: revision });
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return notSaved("offline");
    }
    if (answer.status === 409) return conflict(answer.data, graph);
    if (!answer.ok) {
      const { message, hint } = refusal(answer);
      const state = stateOf(answer);
      if (state !== store.get().save && state !== told) live.toast(message, { tone: "err", hint });
      if (state === "gone" && told !== "gone") tellGone(graph, flowsUrl);
      told = state;
      return notSaved(state);
    }
    told = "";
    const wasAway = failures > 0;
    failures = 0;
    saved = graph;
    const now = isSaved();
    store.set({
      revision: answer.data.revision,
      problems: answer.data.problems ?? store.get().problems,
      savedAt: answer.data.saved_at ?? new Date().toISOString(),
      save: now ? "saved" : "unsaved",
    });
    if (now) forget();
    if (wasAway) live.toast("Saved again", { tone: "ok" });
    return true;
  }

  /** Why the server did not take it, as the indicator says it. */
  function stateOf({ status }) {
    if (status === 401 || status === 403) return "signedout";
    if (status === 404) return "gone";
    return status >= 500 ? "trouble" : "refused";
  }

  function notSaved(save) {
    if (isSaved()) {
      store.set({ save: "saved" }); // it only looked for a newer draft: nothing of ours is missing there
      return false;
    }
    if (failures === 0 && save === "offline")
      live.announce("Not saved: the server cannot be reached. Your changes are kept in this browser.");
    store.set({ save });
    remember();
    schedule(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    return false;
  }

  /** Someone saved first: take both changes when they don't meet, else ask about the fields that both changed. */
  function conflict(theirs, mine, answers = {}) {
    const { graph, conflicts } = mergeGraphs(saved, mine, theirs.graph, answers);
    if (graph) {
      const nothingMine = mine === saved;
      saved = theirs.graph;
      store.set({ revision: theirs.revision, save: "unsaved" });
      if (nothingMine && store.get().graph === mine) {
        saved = graph;
        store.commit(`Take the changes of ${theirs.by || "somebody else"}`, () => graph);
        store.set({ save: "saved", savedAt: theirs.saved_at ?? store.get().savedAt });
        forget();
        live.toast(`${theirs.by || "Somebody else"} changed this draft`, { hint: "You see it as it is now." });
        return true;
      }
      store.commit("Take the other changes", () => graph);
      if (!Object.keys(answers).length)
        live.toast(`${theirs.by || "Somebody else"} changed this draft too`, {
          hint: "Both changes touch different things and were put together.",
        });
      schedule(0);
      return false;
    }
    asking = true;
    store.set({ save: "unsaved" });
    askAboutConflicts({
      conflicts,
      by: theirs.by ?? "",
      mine,
      decide: (chosen) => {
        asking = false;
        // What was typed while the question stood open counts as mine.
        conflict(theirs, store.get().graph, { ...answers, ...chosen });
      },
      later: () => (asking = false), // asked again at the next change
    });
    return false;
  }

  function remember() {
    try {
      localStorage.setItem(
        keep,
        JSON.stringify({
          graph: store.get().graph,
          base: saved,
          base_revision: store.get().revision,
          at: new Date().toISOString(),
        }),
      );
    } catch {
      // A full or forbidden storage only costs the safety net; the indicator still says "not saved".
    }
  }

  function forget() {
    try {
      localStorage.removeItem(keep);
    } catch {
      /* see remember */
    }
  }

  /** Work that an earlier visit could not save is offered back. */
  function lookForKept() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(keep) ?? "null");
    } catch {
      return;
    }
    if (!kept?.graph?.nodes || JSON.stringify(kept.graph) === JSON.stringify(saved)) return forget();
    const bring = () => {
      const { graph, conflicts } = kept.base ? mergeGraphs(kept.base, kept.graph, saved) : { graph: kept.graph, conflicts: [] };
      const take = (merged) => store.commit("Bring back unsaved changes", () => merged);
      if (graph) return void take(graph);
      askAboutConflicts({
        conflicts,
        by: "The server",
        mine: kept.graph,
        decide: (answers) => take(mergeGraphs(kept.base, kept.graph, saved, answers).graph ?? kept.graph),
        later: () => {},
      });
    };
    offerKept({ at: kept.at, bring, forget });
  }

  addEventListener("online", () => {
    if (!isSaved()) schedule(0);
  });
  addEventListener("beforeunload", (event) => {
    if (isSaved()) return;
    void save();
    event.preventDefault();
  });
  if (store.get().mode === "edit") lookForKept();

  /** The server has a newer draft: take it in, put together with what is not saved here. */
  async function pull() {
    if (running || asking || failures) return;
    running = send();
    await running;
    running = null;
    if (!isSaved()) schedule(QUIET_MS);
  }

  return { flush: save, isSaved, pull };
}
