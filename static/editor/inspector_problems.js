// @ts-check
/** Problems of the selected step, drawn where they belong: into their field, or on top when the field is not drawn. */

import { el, icon } from "./dom.js";

/**
 * Draw the problems of a step into its form.
 * @param {HTMLElement} form @param {any[]} problems of this step @param {(problem: any) => void} repair
 */
export function drawProblems(form, problems, repair) {
  const signature = JSON.stringify(problems.map((problem) => [problem.field, problem.code, problem.message, problem.hint, !!problem.repair]));
  if (form.dataset.problemsDrawn === signature) return;
  form.dataset.problemsDrawn = signature;
  for (const old of form.querySelectorAll("[data-problem]")) old.remove();
  for (const control of form.querySelectorAll('[aria-invalid="true"]')) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-errormessage");
  }
  const top = form.querySelector("[data-problems-top]");
  // What the drawn notice says already is not said twice.
  const told = problems.filter((problem) => !(problem.code === "deprecated" && form.querySelector('[data-notice="deprecated"]')));
  told.forEach((problem, i) => {
    const place = placeOf(form, problem.field) ?? top;
    const mark = markOf(problem, `problem-${form.dataset.form}-${i}`, repair);
    mark.setAttribute("aria-live", "polite");
    place?.append(mark);
    const control = place === top ? null : place?.querySelector("[data-pointer]");
    if (control && problem.severity === "error") {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-errormessage", mark.id);
    }
  });
  count(form);
}

/** The wrapper of a field, or the nearest one around the place that a pointer names. */
export function placeOf(form, field) {
  for (let pointer = field; pointer; pointer = pointer.slice(0, pointer.lastIndexOf("/"))) {
    const found = form.querySelector(`[data-field="${CSS.escape(pointer)}"]`);
    if (found) return found;
    if (!pointer.includes("/")) return null;
  }
  return null;
}

function markOf(problem, id, repair) {
  const button = problem.repair
    ? el("button", { type: "button", class: "button small", "data-action": "repair", on: { click: (event) => { event.stopPropagation(); repair(problem); } } }, icon("wand-sparkles"), problem.repair.label ?? "Mend it")
    : null;
  return el("div", { class: `prob ${problem.severity}`, "data-problem": problem.code, "data-severity": problem.severity, id },
    icon(problem.severity === "error" ? "circle-alert" : "triangle-alert"),
    el("div", {}, messageOf(problem.message), problem.hint && el("p", { class: "prob-hint", text: problem.hint }), button));
}

/** The message; the name of the step in front of it is for ears only: its form is open. */
function messageOf(message) {
  const [whole, step] = /^(Step “[^”]*”: )/.exec(message) ?? ["", ""];
  const rest = message.slice(whole.length);
  return step ? el("p", {}, el("span", { class: "sr-only", text: step }), el("span", { class: "prob-words", text: rest })) : el("p", { text: rest });
}

/** Marks that are out of sight are counted on the tab and the fold that hides them; folds with errors open. */
function count(form) {
  for (const fold of form.querySelectorAll("details")) {
    if (fold.querySelector('[data-problem][data-severity="error"]')) fold.open = true;
  }
  for (const tab of form.querySelectorAll("[role=tab]")) {
    const panel = form.querySelector(`[data-panel="${tab.dataset.tab}"]`);
    const marks = panel?.querySelectorAll("[data-problem]").length ?? 0;
    const badge = tab.querySelector("[data-tab-count]");
    if (!(badge instanceof HTMLElement)) continue;
    badge.hidden = !marks;
    badge.textContent = marks ? String(marks) : "";
    badge.classList.toggle("err", !!panel?.querySelector('[data-problem][data-severity="error"]'));
    badge.setAttribute("aria-label", marks === 1 ? "1 problem" : `${marks} problems`);
  }
}
