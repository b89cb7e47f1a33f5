// @ts-check
/** The editor page: reads what the server printed and wires the parts; no logic of its own beyond that. */

import { startAutosave } from "./autosave.js";
import { mountBar, mountTools, runStrip } from "./bar.js";
import { mountCanvas } from "./canvas.js";
import { createCatalog } from "./catalog.js";
import { startChecking } from "./check.js";
import { createCommands } from "./commands.js";
import { el, find, icon } from "./dom.js";
import { nodeOf } from "./graph.js";
import { mountInspector } from "./inspector.js";
import { listenToKeys, openHelp } from "./keys.js";
import { createLive } from "./live.js";
import { byFamily, openMenu } from "./menu.js";
import { createOutgoing } from "./outgoing.js";
import { mountOutline } from "./outline.js";
import { followRun } from "./overlay.js";
import { createPins } from "./pins.js";
import { watchPresence } from "./presence.js";
import { mountResult } from "./result.js";
import { createTesting } from "./testing.js";
import { mountPalette } from "./palette.js";
import { withPlaces } from "./places.js";
import { mountProblems } from "./problems.js";
import { stateLook } from "./states.js";
import { createStore } from "./store.js";
import { createStructure } from "./structure.js";
import { ask } from "./transport.js";

const data = JSON.parse(find("#editor-data").textContent);
const page = find("[data-editor]");
const root = find("[data-canvas-root]", page);
const inspectorPanel = find("[data-inspector]", page);
const outlineElement = find("[data-outline-panel]", page);
page.dataset.mode = data.mode;

const catalog = createCatalog(data.catalog, data.connections);
const store = createStore({
  graph: withPlaces(data.graph, catalog),
  mode: data.mode,
  problems: data.problems ?? [],
  revision: data.revision ?? 0,
  savedAt: data.saved_at ?? null,
  run: null,
  pins: data.pins ?? {},
  others: [],
});
const commands = createCommands(store, catalog);
const live = createLive(page);
const autosave = startAutosave({ store, live, url: data.urls.draft, flowId: data.flow.id, flowsUrl: data.urls.flows });
startChecking({ store, url: data.urls.check });
const bar = mountBar(page, { store, data, live });
const refused = (reason) => live.toast(reason, { tone: "err" });

const canvas = mountCanvas(root, { store, catalog, commands, onEdit: edit, onRefused: refused, onAdd: (ask) => structure.ask(ask) });
mountTools(root, canvas, data.mode === "edit" ? () => acts.note() : null);
const problems = mountProblems({
  drawer: find("[data-problems-drawer]", page),
  button: find('[data-action="problems"]', page),
  store,
  jump,
  said: live.announce,
});
const outgoing = createOutgoing({
  store,
  data,
  live,
  autosave,
  bar,
  problems,
  refused,
  jump,
  begun: () => sheet(null),
});
const pins = createPins({ store, urls: data.urls, live, lastRun: () => data.last_run, flush: autosave.flush });
const testing = createTesting({
  store,
  data,
  pins,
  begin: outgoing.begin,
  ready: outgoing.saveFirst,
  refused,
  hideRun: outgoing.hideRun,
  menuButton: find('[data-action="test-menu"]', page),
  button: find('[data-action="test"]', page),
});
mountResult({ host: find(".editor-canvas", page), store, mayPin: data.mode === "edit", pins });
if (data.mode === "edit")
  watchPresence({
    store,
    url: data.urls.presence,
    host: find("[data-presences]", page),
    newer: () => void autosave.pull(),
    announce: live.announce,
  });
const showRun = runStrip(root, { close: outgoing.hideRun });

/** Where the person works: the keys' answers, and the focus after them, belong there. */
let desk = "canvas";
const inOutline = () => desk === "outline" && outlineElement.offsetParent !== null;
page.addEventListener("focusin", ({ target }) => {
  if (target instanceof Node && outlineElement.contains(target)) desk = "outline";
  else if (target instanceof Node && root.contains(target)) desk = "canvas";
});

/** The focus goes to this step, on the canvas or in the outline. */
function back(key) {
  if (!key || !nodeOf(store.get().graph, key)) return inOutline() ? outline.focus() : root.focus();
  canvas.show(key, { focus: !inOutline() });
  if (inOutline()) outline.focus(key);
}

/** A step came to be: say it, show it, focus it. */
function added(key, { dropped = false } = {}) {
  const { graph } = store.get();
  live.announce(structure.addedWords(key));
  if (!inOutline()) sheet(null);
  setTimeout(() => {
    if (graph.nodes.length === 1 && !dropped) canvas.home(0);
    back(key);
  }, 60);
}

/** Beside the step, where the person works. */
function beside(key) {
  const row = inOutline() && (outlineElement.querySelector('[data-row][tabindex="0"]') ?? outlineElement);
  const box = (row || find(`[data-node="${CSS.escape(key ?? "")}"]`, root) || root).getBoundingClientRect();
  return { x: box.left + 40, y: Math.min(box.bottom + 6, innerHeight - 200) };
}

const structure = createStructure({ store, catalog, commands, say: live.announce, refused, added, back, beside });

/** Where the person goes on: the first field of the step's settings, or the one asked for. */
function edit(key, field = null) {
  if (store.get().selected !== key) store.select(key);
  sheet("inspector");
  const control = "input:not([type=hidden], [disabled]), select, textarea, [contenteditable=true]";
  const shown = (element) => element.offsetParent !== null;
  const first = () => [...inspectorPanel.querySelectorAll(`[data-field] :is(${control})`)].find(shown);
  let tries = 0;
  // The form comes from the server: wait until it is there, for two seconds at most.
  const wait = setInterval(() => {
    const drawn = inspectorPanel.getAttribute("aria-busy") !== "true" && first();
    if (!drawn && ++tries < 40) return;
    clearInterval(wait);
    if (field) inspector.reveal(field);
    else drawn?.focus();
  }, 50);
}

function jump(problem) {
  if (!problem.node || !nodeOf(store.get().graph, problem.node)) return;
  store.select(problem.node);
  canvas.show(problem.node, { focus: !problem.field });
  edit(problem.node, problem.field);
}

/** On small screens the palette and the settings are sheets: at most one is open. */
function sheet(name) {
  page.dataset.sheet = name ?? "";
}

const acts = {
  undo: () => say(store.undo(), "Undone"),
  redo: () => say(store.redo(), "Redone"),
  tidy: () => {
    if (commands.tidy()) live.announce("Tidied up");
    setTimeout(() => canvas.home(), 30);
  },
  fit: () => canvas.fit(),
  save: () => void autosave.flush(),
  edit,
  back,
  search: () => {
    sheet("side");
    showSide("palette");
    palette.focus();
  },
  problems: () => find('[data-action="problems"]', page).click(),
  help: openHelp,
  enable: () => void bar.toggle(),
  publish: () => void outgoing.publish(),
  test: () => void testing.whole(),
  say: (text) => live.announce(text),
  duplicate() {
    const { selection, chosenNotes } = store.get();
    const done = commands.duplicate(selection, chosenNotes);
    if (typeof done === "string") refused(done);
    else if (done) landed("duplicated");
  },
  note() {
    const { x, y } = canvas.middle();
    const key = commands.addNote({ x: Math.round(x - 116), y: Math.round(y - 68) });
    if (!key) return refused("There are 200 notes on this canvas, which is the most. Delete one first.");
    live.announce("Note added");
    canvas.write(key);
  },
  remove() {
    const { selection, chosenNotes, graph } = store.get();
    const names = selection.map((key) => nodeOf(graph, key)?.name);
    if (!commands.remove(selection, chosenNotes)) return;
    live.announce(`${names.join(", ") || "Note"} deleted`);
    const next = store.get().selected;
    back(next);
  },
  paste(text) {
    const done = commands.paste(text, pasteSpot());
    if (typeof done === "string") refused(done);
    else {
      landed("pasted");
      const named = done.missing.slice(0, 5).join(", ") + (done.missing.length > 5 ? " and more" : "");
      if (named)
        live.toast(`Pasted, but these steps are not here: ${named}`, {
          tone: "info",
          hint: "The pasted steps use what they give. Paste them too, or choose other data where a mark stands.",
        });
    }
  },
  find() {
    const items = store.get().graph.nodes.map((one) => itemOf(one));
    const box = root.getBoundingClientRect();
    openMenu({
      title: "Find a step",
      items: byFamily(items),
      placeholder: "Search the flow",
      x: box.left + box.width / 2 - 146,
      y: box.top + 40,
      pick: (key) => {
        store.select(key);
        back(key);
      },
    });
  },
  outline() {
    const open = outlineElement.offsetParent !== null && desk === "outline";
    showSide(open && data.mode === "edit" ? "palette" : "outline");
    sheet(open ? null : "side");
    desk = open ? "canvas" : "outline";
    back(store.get().selected ?? store.get().graph.nodes[0]?.key ?? null);
  },
  leaveInspector: () => sheet(null),
  async versions() {
    if (data.mode === "edit") await autosave.flush();
    const { openVersions } = await import("./versions.js");
    void openVersions({
      urls: data.urls,
      mayEdit: data.mode === "edit",
      catalog,
      draft: () => store.get().graph,
      restore: (graph, number) => {
        if (store.commit(`Restore version ${number}`, () => withPlaces(graph, catalog), { select: [] })) {
          live.toast(`Version ${number} is the draft again`, { tone: "ok", hint: "Undo brings back what was there." });
          canvas.fit();
        } else live.toast(`The draft is version ${number} already`, { tone: "info" });
      },
    });
  },
  cycle(back) {
    const parts = [find("[data-side]", page), root, inspectorPanel, find(".editor-bar", page)].filter(
      (part) => part.offsetParent !== null,
    );
    const at = parts.findIndex((part) => part.contains(document.activeElement));
    const part = parts[(at + (back ? -1 : 1) + parts.length) % parts.length];
    const { selected, graph } = store.get();
    if (part === root && graph.nodes.length) return canvas.show(selected ?? graph.nodes[0].key, { focus: true });
    const row = outlineElement.offsetParent && part.contains(outlineElement) && find('[data-row][tabindex="0"]', part);
    (row || find("input, select, textarea, button:not([disabled]), a, [tabindex='0']", part) || part).focus();
  },
};

/** A step of the flow as an entry of a menu. */
function itemOf(node) {
  const { icon: name, family } = catalog.of(node);
  return { value: node.key, title: node.name, icon: name, family, group: catalog.familyLabel(family) };
}

/** Copies are there: say it, show them. */
function landed(word) {
  const { selection, selected, chosenNotes } = store.get();
  const some = (n, one) => (n ? `${n} ${one}${n === 1 ? "" : "s"}` : "");
  live.announce(`${[some(selection.length, "step"), some(chosenNotes.length, "note")].filter(Boolean).join(" and ")} ${word}`);
  setTimeout(() => back(selected), 30);
}

/** Copies made with the keyboard land beside the original; ones from elsewhere in the middle of the view. */
function pasteSpot() {
  const middle = canvas.middle();
  return { x: Math.round(middle.x - 124), y: Math.round(middle.y - 38) };
}

function say(label, word) {
  if (!label) return;
  live.announce(`${word}: ${label}`);
  const { selected } = store.get();
  // What had the focus may be gone with the change.
  setTimeout(() => (document.activeElement === document.body ? back(selected) : selected && canvas.show(selected)), 30);
}

// ---- side panel -------------------------------------------------------------------------------------------------------

const palette = mountPalette(find("[data-palette]", page), { catalog, commands, canvas, root, added });
const outline = mountOutline(outlineElement, { store, catalog, commands, structure, acts });

function showSide(name) {
  find("[data-palette]", page).hidden = name !== "palette";
  outlineElement.hidden = name !== "outline";
  for (const tab of page.querySelectorAll("[data-side-tab]"))
    tab.setAttribute("aria-selected", String(tab.dataset.sideTab === name));
  if (name === "outline") outline.draw();
}
page.addEventListener("click", (event) => {
  const button =
    event.target instanceof Element
      ? event.target.closest("[data-action], [data-side-tab], [data-sheet-open], [data-add-type]")
      : null;
  if (!(button instanceof HTMLElement) || inspectorPanel.contains(button)) return;
  if (button.dataset.sideTab) showSide(button.dataset.sideTab);
  else if (button.dataset.sheetOpen !== undefined) {
    const wanted = button.dataset.sheetOpen;
    sheet(page.dataset.sheet === wanted ? null : wanted || null);
    if (button.dataset.side) showSide(button.dataset.side);
  } else if (button.dataset.addType) added(commands.add(button.dataset.addType));
  else if (!["fit", "zoom-in", "zoom-out", "problems", "add-note"].includes(button.dataset.action ?? ""))
    acts[button.dataset.action ?? ""]?.();
});
showSide(data.mode === "edit" ? "palette" : "outline");

// ---- an empty canvas teaches ------------------------------------------------------------------------------------------

const teacher = el(
  "div",
  { class: "canvas-empty" },
  el("h2", { text: "How should this flow begin?" }),
  el("p", { text: "Pick a trigger, or drag any step from the list onto the canvas." }),
  el(
    "div",
    { class: "canvas-empty-picks" },
    ...catalog.entries
      .filter((entry) => entry.kind === "trigger")
      .map((entry) =>
        el(
          "button",
          { type: "button", class: "pick", "data-add-type": entry.type, "data-family": entry.family },
          el("span", { class: "step-icon" }, icon(entry.icon)),
          el("span", {}, el("strong", { text: entry.title }), el("small", { text: entry.help })),
        ),
      ),
  ),
);
root.append(teacher);
const drawTeacher = ({ graph, mode }) => {
  teacher.hidden = graph.nodes.length > 0 || (graph.notes ?? []).length > 0 || mode !== "edit";
};
drawTeacher(store.get());
store.subscribe((state, before) => {
  if (state.graph !== before.graph) drawTeacher(state);
  if (state.selected !== before.selected) page.toggleAttribute("data-has-selection", !!state.selected);
  if (state.run !== before.run) showRun(state.run, state.run ? stateLook(state.run.state) : null);
});

listenToKeys({ store, commands, catalog, canvas, root, acts, structure });
const inspector = mountInspector(inspectorPanel, store, {
  mode: data.mode,
  urls: data.urls,
  flow: data.flow,
  lastRun: data.last_run ?? null,
  catalog,
  connections: data.connections,
  commands,
  announce: live.announce,
  toast: live.toast,
  flush: autosave.flush,
  edit,
  ask,
});
if (location.hash === "#versions") void acts.versions();
if (location.hash.startsWith("#step-")) jump({ node: location.hash.slice(6), field: null });
if (data.mode !== "edit" && data.run) {
  followRun({ store, live, run: data.run, url: data.urls.state ?? null, stream: data.urls.live ?? null });
}
