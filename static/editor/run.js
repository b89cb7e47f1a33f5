// @ts-check
/** The picture of a run on its page: the flow as it was, a state on each step, kept fresh until the run is over. */

import { mountTools } from "./bar.js";
import { mountCanvas } from "./canvas.js";
import { createCatalog } from "./catalog.js";
import { find } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { createLive } from "./live.js";
import { followRun } from "./overlay.js";
import { createStore } from "./store.js";

const root = find("[data-canvas-root]");
const data = JSON.parse(find("#editor-data").textContent);
const catalog = createCatalog(data.catalog, data.connections ?? []);
const store = createStore({ graph: data.graph, mode: data.mode === "edit" ? "read" : data.mode, run: null });
const canvas = mountCanvas(root, { store, catalog });
const live = createLive(root);
mountTools(root, canvas);

/* The page hears of a chosen step by the click, and by "helix:step" on the canvas root; "helix:step-chosen" is its answer. */
const choose = (key) => find(`[data-node="${CSS.escape(key)}"]`, root)?.click();
document.addEventListener("helix:step-chosen", (event) => {
  const { key } = /** @type {CustomEvent} */ (event).detail;
  store.select(key || null);
  if (key) canvas.show(key);
});

listenToKeys({
  store,
  commands: null,
  catalog,
  canvas,
  root,
  acts: { edit: choose, say: live.announce, save: () => {}, cycle: () => {}, leaveInspector: () => {} },
});
if (data.run) {
  followRun({
    store,
    live,
    run: data.run,
    url: data.urls?.state ?? null,
    stream: data.urls?.live ?? null,
    ended: (run) =>
      root.dispatchEvent(new CustomEvent("helix:run-final", { detail: { state: run.state }, bubbles: true })),
  });
}
