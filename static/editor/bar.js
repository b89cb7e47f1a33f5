// @ts-check
/** The bar above the canvas: name, save indicator, undo and redo, switch, version; and the small tools on the canvas. */

import { el, find, icon } from "./dom.js";
import { refusal, ask, Offline } from "./transport.js";

const SAVE = {
  saved: ["cloud", "Saved"],
  saving: ["loader-circle", "Saving"],
  unsaved: ["circle-dot", "Not saved yet"],
  offline: ["cloud-off", "Not saved: offline, kept in this browser"],
  signedout: ["cloud-off", "Not saved: signed out, kept in this browser"],
  gone: ["cloud-off", "Not saved: the flow was deleted, kept in this browser"],
  trouble: ["cloud-off", "Not saved: the server has trouble, kept in this browser"],
  refused: ["cloud-off", "Not saved: refused, kept in this browser"],
};

/** @param {HTMLElement} page @param {{store: any, data: any, live: any}} parts */
export function mountBar(page, { store, data, live }) {
  const save = find("[data-save-state]", page);
  const name = find("[data-flow-name]", page);
  const enable = find('[data-action="enable"]', page);
  const version = find("[data-version]", page);
  const flow = { ...data.flow };
  let publishedGraph = flow.changed === false ? store.get().graph : null;

  function drawSave({ save: state, savedAt }) {
    const [look, words] = SAVE[state];
    const at =
      state === "saved" && savedAt
        ? ` ${new Date(savedAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`
        : "";
    save.dataset.saveState = state;
    save.replaceChildren(icon(look), el("span", { text: words + at }));
    save.title = [words, savedAt && `Last saved ${new Date(savedAt).toISOString()}`].filter(Boolean).join(". ");
  }

  function drawVersion() {
    const { graph } = store.get();
    const word = !flow.number
      ? "Draft"
      : publishedGraph === graph
        ? `Version ${flow.number}`
        : publishedGraph || flow.changed
          ? `Version ${flow.number} + changes`
          : `Version ${flow.number}`;
    version.textContent = word;
    version.className = `badge ${flow.number && !word.includes("+") ? "ok" : "muted"}`;
  }

  function drawEnable() {
    if (!enable) return;
    enable.setAttribute("aria-checked", String(!!flow.enabled));
    find("[data-enable-word]", enable).textContent = flow.enabled ? "On" : "Off";
    enable.disabled = !flow.number || store.get().mode !== "edit";
    enable.title = flow.number
      ? flow.enabled
        ? "The flow's triggers are armed. Click to switch off."
        : "Click to switch the flow on."
      : "Publish the flow first, then switch it on.";
  }

  function drawUndo({ canUndo, canRedo }) {
    for (const [action, label, word] of [
      ["undo", canUndo, "Undo"],
      ["redo", canRedo, "Redo"],
    ]) {
      const button = find(`[data-action="${action}"]`, page);
      if (!button) continue;
      button.disabled = !label;
      button.title = label ? `${word}: ${label}` : `Nothing to ${word.toLowerCase()}`;
    }
  }

  async function rename() {
    const wanted = name.value.trim();
    if (!wanted || wanted === flow.name) return void (name.value = flow.name);
    const told = await tell(data.urls.rename, { name: wanted });
    if (told) flow.name = told.name ?? wanted;
    name.value = flow.name;
    document.title = document.title.replace(/^.*? · /, `${flow.name} · `);
  }

  /** Post, and say what went wrong if it did. Null then. */
  async function tell(url, body) {
    try {
      const answer = await ask("POST", url, body);
      if (answer.ok) return answer.data;
      const { message, hint } = refusal(answer);
      live.toast(message, { tone: "err", hint });
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      live.toast("The server cannot be reached.", { tone: "err", hint: "Try again when you are online." });
    }
    return null;
  }

  name?.addEventListener("change", () => void rename());
  name?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") name.blur();
    if (event.key === "Escape") {
      name.value = flow.name;
      name.blur();
    }
  });
  if (name) name.readOnly = store.get().mode !== "edit";
  store.subscribe((state, before) => {
    if (state.save !== before.save || state.savedAt !== before.savedAt) drawSave(state);
    if (state.canUndo !== before.canUndo || state.canRedo !== before.canRedo) drawUndo(state);
    if (state.graph !== before.graph) drawVersion();
  });
  drawSave(store.get());
  drawUndo(store.get());
  drawVersion();
  drawEnable();

  return {
    /** A version went out: the draft is now the same as it. */
    published(number, enabled = flow.enabled) {
      flow.number = number;
      flow.enabled = enabled;
      flow.changed = false;
      publishedGraph = store.get().graph;
      drawVersion();
      drawEnable();
    },
    async toggle() {
      const wanted = !flow.enabled;
      const told = await tell(data.urls.enable, { enabled: wanted });
      if (!told) return;
      flow.enabled = told.enabled ?? wanted;
      drawEnable();
      live.toast(flow.enabled ? "The flow is on" : "The flow is off", { tone: "ok" });
    },
  };
}

/** Zoom, fit and a new note, in a corner of the canvas. @param {(() => void)|null} [note] */
export function mountTools(root, canvas, note = null) {
  const tool = (action, name, label, act) =>
    el(
      "button",
      {
        class: "button icon small",
        type: "button",
        "data-action": action,
        "aria-label": label,
        title: label,
        on: { click: act },
      },
      icon(name),
    );
  root.append(
    el(
      "div",
      { class: "canvas-tools", role: "toolbar", "aria-label": "View" },
      tool("zoom-out", "zoom-out", "Zoom out (−)", () => canvas.zoom(0.8)),
      tool("zoom-in", "zoom-in", "Zoom in (+)", () => canvas.zoom(1.25)),
      tool("fit", "maximize", "Show the whole flow (0)", () => canvas.fit()),
      note && tool("add-note", "sticky-note", "Add a note (N)", note),
    ),
  );
}

/** The strip that tells of a test run under way. @param {HTMLElement} host */
export function runStrip(host, { close }) {
  const words = el("span", { class: "run-words" });
  const link = el("a", { class: "button small", text: "Open run" });
  const strip = el(
    "div",
    { class: "run-strip", "data-run-bar": true, hidden: true },
    words,
    link,
    el(
      "button",
      {
        class: "button ghost icon small",
        type: "button",
        "data-action": "clear-run",
        "aria-label": "Clear the run from the canvas",
        title: "Clear the run from the canvas",
        on: { click: close },
      },
      icon("x"),
    ),
  );
  host.append(strip);
  return (run, look) => {
    strip.hidden = !run;
    if (!run) return;
    strip.dataset.tone = look.tone;
    strip.dataset.runState = run.state;
    const done = Object.values(run.steps ?? {}).filter((step) =>
      ["succeeded", "pinned", "failed", "skipped"].includes(step.state),
    ).length;
    words.replaceChildren(
      icon(look.icon),
      el("strong", { text: `${run.dry ? "Dry run" : "Test run"}: ${look.word.toLowerCase()}` }),
      run.dry ? el("span", { class: "badge info", "data-dry": true, text: "nothing sent out" }) : "",
      el("span", { class: "muted", text: `${done} of ${Object.keys(run.steps ?? {}).length} steps` }),
    );
    link.hidden = !run.url;
    if (run.url) link.href = run.url;
  };
}
