// @ts-check
/** Keeps the draft saved: a moment after the last change, one request at a time, the newest graph wins. */

import { el, icon, openDialog } from "./dom.js";
import { mergeGraphs } from "./merge.js";
import { Offline, ask, refusal } from "./transport.js";

const QUIET_MS = 800;
const RETRY_MS = [2000, 5000, 10_000, 30_000];

/**
 * @param {{store: any, live: any, url: string, flowId: string}} parts
 */
export function startAutosave({ store, live, url, flowId }) {
  const keep = `helix:draft:${flowId}`;
  let saved = store.get().graph;
  let timer = 0;
  let failures = 0;
  let asking = false;
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
    if (answer.status >= 500) return notSaved("offline");
    if (!answer.ok) {
      const { message, hint } = refusal(answer);
      if (failures === 0) live.toast(message, { tone: "err", hint });
      return notSaved("unsaved");
    }
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

  function notSaved(save) {
    if (failures === 0 && save === "offline")
      live.announce("Not saved: the server cannot be reached. Your changes are kept in this browser.");
    store.set({ save });
    remember();
    schedule(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    return false;
  }

  /** Someone saved first: take both changes when they don't meet, else ask. */
  function conflict(theirs, mine) {
    const { graph, conflicts } = mergeGraphs(saved, mine, theirs.graph);
    if (graph) {
      saved = theirs.graph;
      store.set({ revision: theirs.revision, save: "unsaved" });
      store.commit("Take the other changes", () => graph);
      live.toast("Someone else changed this flow too", {
        hint: "Both changes touch different things and were put together.",
      });
      schedule(0);
      return false;
    }
    asking = true;
    store.set({ save: "unsaved" });
    askAboutConflict(theirs, conflicts, mine);
    return false;
  }

  function askAboutConflict(theirs, conflicts, mine) {
    const names = conflicts.map(
      (key) =>
        mine.nodes.find((node) => node.key === key)?.name ??
        theirs.graph.nodes.find((node) => node.key === key)?.name ??
        key,
    );
    const text = el("textarea", {
      class: "input mono",
      rows: 6,
      readonly: true,
      "aria-label": "My version as text",
      hidden: true,
    });
    text.value = JSON.stringify(mine, null, 2);
    let decided = false;
    const act = (fn) => () => {
      decided = true;
      asking = false;
      dialog.close();
      fn();
    };
    const takeTheirs = act(() => {
      saved = theirs.graph;
      store.set({ revision: theirs.revision });
      store.commit("Reload their version", () => theirs.graph);
      store.set({ save: "saved" });
      forget();
    });
    const keepMine = act(() => {
      saved = theirs.graph;
      store.set({ revision: theirs.revision });
      schedule(0);
    });
    const dialog = openDialog({
      name: "conflict",
      title: "Someone else changed the same step",
      body: [
        el("p", {
          text: `${names.map((name) => `“${name}”`).join(", ")} was changed here and, at the same time, somewhere else. Which version shall stay?`,
        }),
        el("p", {
          class: "muted",
          text: "Reloading theirs can be undone. To be safe, copy your version as text first: it can be pasted onto a canvas.",
        }),
        text,
      ],
      buttons: [
        el(
          "button",
          {
            class: "button ghost",
            type: "button",
            "data-action": "copy-mine",
            on: {
              click: () => {
                text.hidden = false;
                text.select();
                navigator.clipboard?.writeText(text.value).catch(() => {});
              },
            },
          },
          icon("copy"),
          "Copy mine as text",
        ),
        el(
          "button",
          { class: "button", type: "button", "data-action": "keep-mine", on: { click: keepMine } },
          "Save mine over theirs",
        ),
        el(
          "button",
          { class: "button primary", type: "button", "data-action": "reload-theirs", on: { click: takeTheirs } },
          "Reload theirs",
        ),
      ],
    });
    // Closing without a choice asks again at the next change.
    dialog.addEventListener("close", () => {
      if (!decided) asking = false;
    });
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
  function offerKept() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(keep) ?? "null");
    } catch {
      return;
    }
    if (!kept?.graph?.nodes || JSON.stringify(kept.graph) === JSON.stringify(saved)) return forget();
    const restore = () => {
      const merged = kept.base ? mergeGraphs(kept.base, kept.graph, saved).graph : null;
      store.commit("Bring back unsaved changes", () => merged ?? kept.graph);
      dialog.close();
    };
    const dialog = openDialog({
      name: "kept",
      title: "Unsaved changes were kept in this browser",
      body: [
        el("p", {
          text: `They are from ${new Date(kept.at).toLocaleString()} and did not reach the server. Bringing them back can be undone.`,
        }),
      ],
      buttons: [
        el(
          "button",
          {
            class: "button ghost",
            type: "button",
            on: {
              click: () => {
                forget();
                dialog.close();
              },
            },
          },
          "Throw away",
        ),
        el(
          "button",
          { class: "button primary", type: "button", "data-action": "restore", on: { click: restore } },
          "Bring back",
        ),
      ],
    });
  }

  addEventListener("online", () => {
    if (!isSaved()) schedule(0);
  });
  addEventListener("beforeunload", (event) => {
    if (isSaved()) return;
    void save();
    event.preventDefault();
  });
  offerKept();
  return { flush: save, isSaved };
}
