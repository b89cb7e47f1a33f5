// @ts-check
/** The same flow as a tree, fully editable: for screen readers, small screens, and whoever thinks in lists. */

import { el, icon } from "./dom.js";
import { edgesFrom, nodeOf } from "./graph.js";
import { keyOf } from "./keymap.js";
import { mountOutlineTools } from "./outline_tools.js";
import { childOf, outlineRows, parentOf } from "./outline_rows.js";
import { stepLabel } from "./saying.js";
import { stateLook } from "./states.js";

/**
 * @param {HTMLElement} element
 * @param {{store: any, catalog: any, commands: any, structure: any, acts: any}} parts structure: see structure.js
 */
export function mountOutline(element, { store, catalog, commands, structure, acts }) {
  const tree = el("ul", { class: "outline", role: "tree", "aria-label": "Steps of the flow", "data-outline": true });
  const tools = mountOutlineTools({ store, does, here: () => here() });
  element.replaceChildren(tools.element, tree);
  /** @type {import("./outline_rows.js").Row[]} */
  let rows = [];
  let at = /** @type {string|null} */ (null);
  let naming = false;
  let stale = true;

  const rowOf = (id) => tree.querySelector(`[data-row="${CSS.escape(id ?? "")}"]`);
  const here = () => rows.find((row) => row.id === at) ?? null;

  function draw() {
    if (naming) return;
    const { graph, selected } = store.get();
    const hadFocus = tree.contains(document.activeElement);
    const before = rows.findIndex((row) => row.id === at);
    rows = outlineRows(graph, catalog);
    stale = false;
    if (!rows.some((row) => row.id === at)) at = selected ?? rows[Math.min(Math.max(before, 0), rows.length - 1)]?.id ?? null;
    const facts = factsOf();
    tree.replaceChildren(...rows.map((row, i) => drawRow(row, i, facts)));
    if (!rows.length) tree.append(teacher());
    mark();
    if (hadFocus) /** @type {any} */ (rowOf(at) ?? tree.querySelector("button"))?.focus();
  }

  /** What rows say of their steps, gathered once a drawing. */
  function factsOf() {
    const { graph, problems } = store.get();
    const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
    const troubles = new Map();
    for (const problem of problems) troubles.set(problem.node, [...(troubles.get(problem.node) ?? []), problem]);
    const steps = rows.filter((row) => row.kind === "step").map((row) => row.key);
    return { nodes, troubles, places: new Map(steps.map((key, i) => [key, i + 1])) };
  }

  function drawRow(row, index, { nodes, troubles, places }) {
    const node = nodes.get(row.key);
    const common = {
      role: "treeitem",
      "data-row": row.id,
      "data-level": Math.min(row.level, 8),
      "aria-level": row.level,
      tabindex: -1,
      ...(rows[index + 1]?.level > row.level ? { "aria-expanded": "true" } : {}),
    };
    if (row.kind === "arm") {
      const label = `Exit ${row.label} of ${node.name}${row.open ? ", nothing follows" : ""}`;
      return el("li", { ...common, class: `outline-arm${row.open ? " is-open" : ""}`, "aria-label": label }, el("span", { text: row.label }), row.open && el("small", { text: "nothing follows" }));
    }
    if (row.kind === "again") {
      return el("li", { ...common, class: "outline-again", "aria-label": `Goes on at ${node.name}` }, icon("corner-down-right"), el("span", { text: `goes on at “${node.name}”` }));
    }
    const entry = catalog.of(node);
    const mine = troubles.get(row.key) ?? [];
    const errors = mine.filter((problem) => problem.severity === "error").length;
    const run = store.get().run?.steps?.[row.key];
    const look = run ? stateLook(run.state) : null;
    const label = stepLabel({
      ...{ title: entry.title, name: node.name, state: look?.word, errors, warnings: mine.length - errors },
      ...{ told: [run?.error?.message ?? "", ...mine.map((one) => one.message)].slice(0, 3) },
      ...{ exits: catalog.ports(node).length, place: places.get(row.key), count: places.size },
    });
    return el(
      "li",
      { ...common, class: "outline-step", "aria-label": label, "data-outline-node": row.key, "data-family": entry.family },
      el("span", { class: "step-icon" }, icon(entry.icon)),
      el("span", { class: "outline-name", text: node.name || entry.title, title: node.name }),
      look && el("span", { class: `outline-state ${look.tone}`, title: look.word }, icon(look.icon), el("small", { text: look.word })),
      mine.length > 0 &&
        el("span", { class: `outline-trouble ${errors ? "err" : "warn"}`, title: mine.map((one) => one.message).join("\n") }, icon(errors ? "circle-alert" : "triangle-alert"), String(mine.length)),
    );
  }

  function teacher() {
    const edit = store.get().mode === "edit";
    return el(
      "li",
      { role: "none", class: "palette-none" },
      "No steps yet.",
      edit && el("button", { type: "button", class: "button small", "data-outline-first": true, text: "Add a trigger", on: { click: () => structure.addAfter(null) } }),
    );
  }

  /** Show which rows are selected and which one the Tab key finds. */
  function mark() {
    const chosen = new Set(store.get().selection);
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (tree.querySelectorAll("[data-row]"))) {
      row.setAttribute("aria-selected", String(chosen.has(row.dataset.row)));
      row.tabIndex = row.dataset.row === at ? 0 : -1;
    }
    tools.mark();
  }

  function go(id, { focus = true } = {}) {
    const row = rows.find((one) => one.id === id);
    if (!row) return;
    at = id;
    // An exit stands for its step, so that the settings show where the person is.
    const key = row.kind === "again" ? row.edge?.source : row.key;
    if (store.get().selected !== key || store.get().selection.length > 1) store.select(key);
    if (row.edge) store.set({ edge: row.kind === "again" ? row.id : null });
    mark();
    if (focus) /** @type {any} */ (rowOf(id))?.focus();
  }

  /** What the keys and the buttons do to the row that the person is at. Returns whether it meant something here. */
  function does(id) {
    const row = here();
    if (!row) return id === "add" ? (structure.addAfter(null), true) : false;
    const port = row.kind === "arm" ? row.port : undefined;
    const source = row.kind === "again" ? row.edge?.source : row.key;
    if (id === "open" && row.kind === "again") go(row.key);
    else if (id === "open") acts.edit(source);
    else if (id === "add" && row.edge) structure.addOn(row.edge);
    else if (id === "add") structure.addAfter(row.key, port);
    else if (id === "before") row.edge ? structure.addOn(row.edge) : structure.addBefore(row.key);
    else if (id === "connect") structure.connectTo(source, port ?? row.edge?.port);
    else if (id === "disconnect" || (id === "remove" && row.kind !== "step")) {
      if (row.edge) structure.disconnect(row.edge);
      else structure.disconnectFrom(row.key, port);
    } else if (row.kind !== "step") return false;
    else if (id === "rename") rename(row);
    else if (id === "replace") structure.moveBehind(row.key);
    else if (id === "earlier" || id === "later") structure.shift(row.key, id);
    else if (id === "remove") acts.remove();
    else if (id === "duplicate") acts.duplicate();
    else return false;
    return true;
  }

  /** A field in the place of the name; Enter keeps it, Escape does not. */
  function rename(row) {
    const line = /** @type {any} */ (rowOf(row.id));
    const label = line?.querySelector(".outline-name");
    if (!label || store.get().mode !== "edit") return;
    const old = nodeOf(store.get().graph, row.key)?.name ?? "";
    const field = el("input", { class: "input outline-naming", value: old, maxlength: 200, "aria-label": `Name of ${old}`, autocomplete: "off" });
    naming = true;
    const end = (keep) => {
      if (!naming) return;
      naming = false;
      const name = field.value.trim();
      if (keep && name && name !== old) {
        commands.rename(row.key, name);
        acts.say(`${old} is now called ${name}`);
      }
      const focused = field === document.activeElement;
      draw();
      if (focused) /** @type {any} */ (rowOf(row.id))?.focus();
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    label.replaceWith(field);
    field.select();
    field.focus();
  }

  /** The row that an arrow, Home or End leads to. */
  function walked(key) {
    const from = Math.max(0, rows.findIndex((row) => row.id === at));
    const to = {
      ...{ ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rows.length - 1 },
      ...{ ArrowLeft: parentOf(rows, from), ArrowRight: childOf(rows, from) },
    }[key];
    return rows[Math.max(0, Math.min(rows.length - 1, to))];
  }

  tree.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-row]") : null;
    if (row instanceof HTMLElement && !(event.target instanceof HTMLInputElement)) go(row.dataset.row);
  });
  tree.addEventListener("dblclick", () => does("open"));
  tree.addEventListener("focusin", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-row]") : null;
    if (row instanceof HTMLElement && row.dataset.row !== at) go(row.dataset.row, { focus: false });
  });
  tree.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (!key || !rows.length || event.target instanceof HTMLButtonElement) return;
    if (key.id === "walk" || key.id === "ends") go(walked(event.key)?.id);
    else if (key.edit && store.get().mode !== "edit") return;
    else if (key.id === "nudge") {
      if (event.key === "ArrowUp" || event.key === "ArrowDown") does(event.key === "ArrowUp" ? "earlier" : "later");
    } else if (!does(key.id)) return;
    event.preventDefault();
  });
  store.subscribe((state, before) => {
    if (state.selected !== before.selected && state.selected && here()?.key !== state.selected && here()?.edge?.source !== state.selected) at = state.selected;
    const same = ["graph", "problems", "run"].every((name) => state[name] === before[name]);
    stale ||= !same;
    if (element.hidden) return;
    if (stale) draw();
    else if (state.selection !== before.selection) mark();
  });
  draw();

  return {
    /** Draw what changed while it was hidden. */
    draw: () => (stale ? draw() : mark()),
    /** Put the focus on a step's row. */
    focus(key = store.get().selected) {
      if (stale) draw();
      if (key && rows.some((row) => row.id === key)) go(key);
      else /** @type {any} */ (rowOf(at) ?? tree.querySelector("button"))?.focus();
    },
    /** Whether an exit of this step is open. */
    isOpen: (key, port) => !edgesFrom(store.get().graph, key, port).length,
  };
}
