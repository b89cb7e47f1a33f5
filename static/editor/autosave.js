// @ts-check
/** Keeps the draft saved: a moment after the last change, one request at a time, the newest graph wins. */

import { tellProblems } from "./check.js";
import { askAboutConflicts, offerKept, tellGone } from "./conflict.js";
import { createKept } from "./kept.js";
import { mergeGraphs } from "./merge.js";
import { Offline, ask, refusal } from "./transport.js";

const QUIET_MS = 800;
const RETRY_MS = [2000, 5000, 10_000, 30_000];

/**
 * @param {{store: any, live: any, url: string, flowId: string, flowsUrl?: string}} parts
 */
export function startAutosave({ store, live, url, flowId, flowsUrl = "/" }) {
  const kept = createKept(flowId);
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
      kept.forget();
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
    // What was typed while the answer was on its way counts as mine.
    if (answer.status === 409) return conflict(answer.data, store.get().graph);
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
      savedAt: answer.data.saved_at ?? new Date().toISOString(),
      save: now ? "saved" : "unsaved",
    });
    // What was typed meanwhile is checked by itself: problems of an older graph are not shown.
    if (now) {
      kept.forget();
      if (answer.data.problems) tellProblems(store, answer.data.problems);
    }
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
        kept.forget();
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
    const { graph, revision } = store.get();
    kept.keep({ graph, base: saved, base_revision: revision, at: new Date().toISOString() });
  }

  /** Work that an earlier visit could not save is offered back; it stays until a person has said what is to become of it. */
  async function lookForKept() {
    const found = await kept.leftBehind();
    for (const { name, work } of found) if (JSON.stringify(work.graph) === JSON.stringify(saved)) kept.drop(name);
    const one = found.find(({ work }) => JSON.stringify(work.graph) !== JSON.stringify(saved));
    if (!one) return;
    const { graph: theirs, base } = one.work;
    const take = (merged) => {
      store.commit("Bring back unsaved changes", () => merged);
      kept.drop(one.name);
    };
    const bring = () => {
      const now = store.get().graph;
      const { graph, conflicts } = base ? mergeGraphs(base, theirs, now) : { graph: theirs, conflicts: [] };
      if (graph) return void take(graph);
      askAboutConflicts({
        conflicts,
        by: "The server",
        mine: theirs,
        decide: (answers) => take(mergeGraphs(base, theirs, now, answers).graph ?? theirs),
        later: () => {},
      });
    };
    offerKept({ at: one.work.at, bring, forget: () => kept.drop(one.name) });
  }

  addEventListener("online", () => {
    if (!isSaved()) schedule(0);
  });
  addEventListener("beforeunload", (event) => {
    if (isSaved()) return;
    void save();
    event.preventDefault();
  });
  if (store.get().mode === "edit") void lookForKept();

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
