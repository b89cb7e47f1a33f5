// @ts-check
/** The drawer that lists what the check found; a click goes to the step and the field. */

import { el, icon } from "./dom.js";
import { inOrder, nodeOf } from "./graph.js";
import { repaired } from "./inspector_values.js";

/** Problems in reading order: flow-wide first, then step by step, errors before warnings. */
export function sorted(graph, problems) {
  const place = new Map(inOrder(graph).map((key, i) => [key, i]));
  const rank = (problem) => (problem.node === null ? -1 : (place.get(problem.node) ?? 9999));
  const weight = (problem) => (problem.severity === "error" ? 0 : 1);
  return [...problems]
    .filter((p) => !p.node || place.has(p.node))
    .sort((a, b) => rank(a) - rank(b) || weight(a) - weight(b));
}

/** The sentence without the step's name in front, where the name stands beside it. */
export function shortMessage(problem, node) {
  const front = node ? `Step “${node.name || node.key}”: ` : "";
  return front && problem.message.startsWith(front) ? problem.message.slice(front.length) : problem.message;
}

/** How many of each, in words: "2 errors, 1 warning". */
export function countWords(problems) {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const part = (n, word) => (n ? `${n} ${word}${n === 1 ? "" : "s"}` : "");
  return [part(errors, "error"), part(warnings, "warning")].filter(Boolean).join(", ") || "No problems";
}

/**
 * @param {{drawer: HTMLElement, button: HTMLElement, store: any, jump: (problem: any) => void,
 *          said?: (text: string) => void}} parts
 */
export function mountProblems({ drawer, button, store, jump, said = () => {} }) {
  function repair({ repair: { label = "Mend", patch = [] } }) {
    const done = store.commit(label, (graph) => repaired(graph, patch, store.get().checked));
    said(done ? `${label}: done` : "This no longer fits the flow as it is now.");
  }

  const list = el("ol", { class: "problem-list" });
  const title = el("h2", { text: "Problems" });
  drawer.replaceChildren(
    el(
      "header",
      { class: "drawer-head" },
      title,
      el(
        "button",
        { class: "button ghost icon small", type: "button", "aria-label": "Close", on: { click: () => show(false) } },
        icon("x"),
      ),
    ),
    list,
  );
  const show = (open) => {
    drawer.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open && drawer.contains(document.activeElement)) button.focus();
  };
  button.addEventListener("click", () => show(drawer.hidden));
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      show(false);
    }
  });

  function draw() {
    const { graph, problems } = store.get();
    const found = sorted(graph, problems);
    const errors = found.filter((problem) => problem.severity === "error").length;
    const tone = errors ? "err" : found.length ? "warn" : "ok";
    button.replaceChildren(
      icon(tone === "ok" ? "circle-check" : tone === "err" ? "circle-alert" : "triangle-alert"),
      el("span", { class: "wide-only", text: found.length ? "Problems" : "No problems" }),
      ...(found.length ? [el("span", { class: `count ${tone}`, text: String(found.length) })] : []),
    );
    button.dataset.tone = tone;
    button.setAttribute("aria-label", countWords(found));
    title.textContent = countWords(found);
    list.replaceChildren(
      ...(found.length
        ? found.map(row)
        : [
            el(
              "li",
              { class: "drawer-none" },
              icon("circle-check"),
              el("span", { text: "Nothing to mend. The flow can be published." }),
            ),
          ]),
    );

    function row(problem) {
      const node = nodeOf(graph, problem.node);
      return el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: `problem-row ${problem.severity}`,
            "data-problem-node": problem.node,
            "data-problem-code": problem.code,
            on: { click: () => jump(problem) },
          },
          icon(problem.severity === "error" ? "circle-alert" : "triangle-alert"),
          el("span", { class: "problem-step", text: node ? node.name : "Flow" }),
          el(
            "span",
            { class: "problem-words" },
            el("span", { text: shortMessage(problem, node) }),
            problem.hint && el("small", { text: problem.hint }),
          ),
          icon("chevron-right"),
        ),
        problem.repair &&
          store.get().mode === "edit" &&
          el(
            "button",
            {
              type: "button",
              class: "button small problem-repair",
              "data-action": "repair-here",
              on: { click: () => repair(problem) },
            },
            icon("wand-sparkles"),
            problem.repair.label ?? "Mend it",
          ),
      );
    }
  }
  store.subscribe((state, before) => {
    if (state.problems !== before.problems || state.graph !== before.graph) draw();
  });
  draw();
  return { show };
}
