// @ts-check
/** The same flow as a tree: for screen readers, small screens, and whoever thinks in lists. */

import { words } from "./catalog.js";
import { el, icon } from "./dom.js";
import { edgesFrom, edgesInto, inOrder, nodeOf } from "./graph.js";
import { stateLook } from "./states.js";

/**
 * The flow as rows: steps in a row share a level, arms of a branch go one deeper,
 * a join is shown once and pointed at afterwards.
 * @returns {{kind: "step"|"arm"|"again", key: string, level: number, label?: string}[]}
 */
export function outlineRows(graph, catalog) {
  const seen = new Set();
  const rows = [];
  const roots = inOrder(graph).filter((key) => !edgesInto(graph, key).length);
  const starts = [...roots, ...graph.nodes.map((node) => node.key)];

  function walk(start, level) {
    for (let key = start; key;) {
      if (seen.has(key)) {
        rows.push({ kind: "again", key, level });
        return;
      }
      seen.add(key);
      rows.push({ kind: "step", key, level });
      const ports = catalog.ports(nodeOf(graph, key));
      const ways = ports.flatMap((port) => edgesFrom(graph, key, port.key).map((edge) => ({ port, edge })));
      if (ports.length > 1 || ways.length > 1) {
        for (const port of ports) {
          const targets = edgesFrom(graph, key, port.key);
          if (ports.length > 1)
            rows.push({
              kind: "arm",
              key: `${key}|${port.key}`,
              level: level + 1,
              label: port.label || words(port.key),
            });
          for (const edge of targets) walk(edge.target, level + (ports.length > 1 ? 2 : 1));
        }
        return;
      }
      key = ways[0]?.edge.target;
    }
  }
  for (const key of starts) if (!seen.has(key)) walk(key, 1);
  return rows;
}

/** @param {HTMLElement} element @param {{store: any, catalog: any, acts: any}} parts */
export function mountOutline(element, { store, catalog, acts }) {
  const tree = el("ul", { class: "outline", role: "tree", "aria-label": "Steps of the flow", "data-outline": true });
  element.replaceChildren(tree);

  function draw() {
    const { graph, selected, problems, run } = store.get();
    const hadFocus = tree.contains(document.activeElement);
    const rows = outlineRows(graph, catalog);
    const current = selected ?? rows.find((row) => row.kind === "step")?.key;
    tree.replaceChildren(
      ...rows.map((row) => {
        if (row.kind === "arm")
          return el(
            "li",
            { role: "none", class: "outline-arm", "data-level": Math.min(row.level, 8) },
            el("span", { text: row.label ?? "" }),
          );
        const node = /** @type {any} */ (nodeOf(graph, row.key));
        const entry = catalog.of(node);
        const mine = problems.filter((problem) => problem.node === row.key);
        const errors = mine.filter((problem) => problem.severity === "error").length;
        const state = run?.steps?.[row.key]?.state;
        if (row.kind === "again") {
          return el(
            "li",
            { role: "none", class: "outline-again", "data-level": Math.min(row.level, 8) },
            icon("corner-down-right"),
            el("button", {
              type: "button",
              class: "link",
              text: `joins “${node.name}”`,
              on: { click: () => store.select(row.key) },
            }),
          );
        }
        return el(
          "li",
          {
            role: "treeitem",
            class: "outline-step",
            "data-outline-node": row.key,
            "data-level": Math.min(row.level, 8),
            "aria-level": row.level,
            "aria-selected": String(row.key === selected),
            tabindex: row.key === current ? 0 : -1,
            "data-family": entry.family,
            on: {
              click: () => store.select(row.key),
              dblclick: () => acts.edit(row.key),
              focus: () => {
                if (store.get().selected !== row.key) store.select(row.key);
              },
            },
          },
          el("span", { class: "step-icon" }, icon(entry.icon)),
          el("span", { class: "outline-name", text: node.name }),
          state &&
            el(
              "span",
              { class: `mark ${stateLook(state).tone}`, title: stateLook(state).word },
              icon(stateLook(state).icon),
            ),
          mine.length > 0 && el("span", { class: `count ${errors ? "err" : "warn"}`, text: String(mine.length) }),
        );
      }),
    );
    if (!rows.length) tree.append(el("li", { role: "none", class: "palette-none", text: "No steps yet." }));
    if (hadFocus && current) tree.querySelector(`[data-outline-node="${CSS.escape(current)}"]`)?.focus();
  }

  tree.addEventListener("keydown", (event) => {
    const rows = [...tree.querySelectorAll("[data-outline-node]")];
    const at = rows.indexOf(/** @type {any} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || event.altKey) return;
    event.preventDefault();
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row instanceof HTMLElement) row.focus();
  });
  store.subscribe((state, before) => {
    const same = ["graph", "selected", "problems", "run"].every((name) => state[name] === before[name]);
    if (!same && !element.hidden) draw();
  });
  draw();
  return { draw };
}
