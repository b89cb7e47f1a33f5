// @ts-check
/** The questions of saving: two people changed the same field, a draft was kept in this browser, a flow is gone. */

import { el, icon, openDialog } from "./dom.js";
import { conflictId } from "./merge.js";

/** A value as a person reads it. */
function shown(value) {
  if (value === undefined) return "(removed)";
  if (value === null || value === "") return "(empty)";
  if (typeof value === "string") return value;
  if (typeof value === "object" && typeof value.$liquid === "string") return value.$liquid;
  return JSON.stringify(value, null, 1);
}

/** The name of a field: the last part of its place, as words. */
function fieldWords(field) {
  if (field === null) return "The whole step";
  const name = field.replace(/^\//, "").replace(/_/g, " ");
  return name ? name[0].toUpperCase() + name.slice(1) : "Settings";
}

/** A side of a question: who, and the value. */
function side(id, which, title, value, checked) {
  const input = el("input", { type: "radio", name: id, value: which, "data-side": which });
  input.checked = checked;
  return {
    input,
    element: el(
      "label",
      { class: "conflict-side" },
      input,
      el("span", { class: "conflict-who", text: title }),
      el("pre", { class: "conflict-value", text: shown(value) }),
    ),
  };
}

/**
 * Both changed the same things: show mine and theirs of each, and ask. `decide(answers)` gets the choice by conflict;
 * `later()` is called when the person closes the dialog without one.
 * @param {{conflicts: import("./merge.js").Conflict[], by: string, mine: any, decide: (answers: any) => void, later: () => void}} parts
 */
export function askAboutConflicts({ conflicts, by, mine, decide, later }) {
  /** @type {Record<string, any>} */
  const chosen = {};
  let decided = false;
  const who = by || "Someone else";
  const rows = conflicts.map((one, i) => {
    const id = conflictId(one);
    chosen[id] = "mine";
    const sides = [
      side(`conflict-${i}`, "mine", "Mine", one.mine, true),
      side(`conflict-${i}`, "theirs", `${who}’s`, one.theirs, false),
    ];
    for (const each of sides) each.input.addEventListener("change", () => (chosen[id] = each.input.value));
    return el(
      "fieldset",
      { class: "conflict", "data-conflict": id },
      el("legend", {}, el("strong", { text: one.name }), ` · ${fieldWords(one.field)}`),
      el("div", { class: "conflict-sides" }, ...sides.map((each) => each.element)),
    );
  });
  const all = (which) => () => {
    for (const input of dialog.querySelectorAll(`input[data-side="${which}"]`)) /** @type {HTMLElement} */ (input).click();
    finish();
  };
  const finish = () => {
    decided = true;
    dialog.close();
    decide(chosen);
  };
  const button = (action, look, text, click) =>
    el("button", { class: `button ${look}`, type: "button", "data-action": action, on: { click } }, text);
  const copy = button("copy-mine", "ghost", "Copy mine as text", () => {
    navigator.clipboard?.writeText(JSON.stringify(mine, null, 2)).then(
      () => (copy.textContent = "Copied: paste it onto a canvas"),
      () => (copy.textContent = "The browser does not allow copying"),
    );
  });
  const dialog = openDialog({
    name: "conflict",
    wide: true,
    title: conflicts.length === 1 ? "You both changed the same field" : "You both changed the same fields",
    body: [
      el("p", {
        text: `${who} saved this draft while you were editing it. All other changes of both were put together; choose what stays here. It can be undone.`,
      }),
      el("div", { class: "conflict-list" }, ...rows),
    ],
    buttons: [
      copy,
      conflicts.length > 1 && button("reload-theirs", "", "Take all of theirs", all("theirs")),
      conflicts.length > 1 && button("keep-mine", "", "Keep all of mine", all("mine")),
      button("save-choice", "primary", "Save what is chosen", finish),
    ].filter(Boolean),
  });
  dialog.addEventListener("close", () => {
    if (!decided) later();
  });
}

/** Work that an earlier visit could not save is offered back. */
export function offerKept({ at, bring, forget }) {
  const dialog = openDialog({
    name: "kept",
    title: "Unsaved changes were kept in this browser",
    body: [
      el("p", {
        text: `They are from ${new Date(at).toLocaleString()} and did not reach the server. Bringing them back can be undone.`,
      }),
    ],
    buttons: [
      el("button", { class: "button ghost", type: "button", on: { click: () => (forget(), dialog.close()) } }, "Throw away"),
      el(
        "button",
        { class: "button primary", type: "button", "data-action": "restore", on: { click: () => (dialog.close(), bring()) } },
        icon("undo-2"),
        "Bring back",
      ),
    ],
  });
}

/** The flow was deleted while it was edited: the work can be taken along. */
export function tellGone(graph, flowsUrl) {
  const text = el("textarea", { class: "input mono", rows: 8, readonly: true, "aria-label": "The draft as text" });
  text.value = JSON.stringify(graph, null, 2);
  const dialog = openDialog({
    name: "gone",
    title: "This flow was deleted",
    body: [
      el("p", {
        text: "Somebody deleted it while you were editing, so nothing can be saved here any more. Your draft is kept in this browser. To go on with it, copy it, make a new flow and paste it onto its canvas.",
      }),
      text,
    ],
    buttons: [
      el("a", { class: "button", href: flowsUrl }, "To the flows"),
      el(
        "button",
        {
          class: "button primary",
          type: "button",
          "data-action": "copy-draft",
          on: { click: () => (text.select(), navigator.clipboard?.writeText(text.value).catch(() => {})) },
        },
        icon("copy"),
        "Copy the draft",
      ),
    ],
  });
}
