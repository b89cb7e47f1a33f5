// @ts-check
/** The questions before something leaves the editor: publish, and what a manual trigger asks for. */

import { el, icon, openDialog } from "./dom.js";
import { nodeOf } from "./graph.js";
import { countWords, shortMessage, sorted } from "./problems.js";

/** Steps that reach many people at once (helix/flows/mass.py). */
const MASS = new Set(["customerio.trigger_broadcast"]);

/** Ask for a note, for the flow's name when it reaches many, and show what needs attention. `publish(note, confirm)` resolves to null, or to what stands in the way. */
export function openPublish({ store, publish, jump, changed, flowName = "" }) {
  const { graph, problems } = store.get();
  const found = sorted(graph, problems);
  const errors = found.filter((problem) => problem.severity === "error");
  const note = el("textarea", {
    class: "input",
    id: "publish-note",
    rows: 3,
    maxlength: 1000,
    placeholder: "What changed, and why",
  });
  const mass = graph.nodes.filter((node) => MASS.has(node.type));
  const confirm =
    mass.length > 0 &&
    el("input", { class: "input", id: "publish-confirm", autocomplete: "off", spellcheck: "false", placeholder: flowName });
  const trouble = el("p", { class: "dialog-trouble", role: "alert", hidden: true });
  const send = el(
    "button",
    { class: "button primary", type: "button", "data-action": "publish-now", disabled: errors.length > 0 },
    icon("rocket"),
    "Publish",
  );
  const rows = found.slice(0, 8).map((problem) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: `problem-row ${problem.severity}`,
          on: {
            click: () => {
              dialog.close();
              jump(problem);
            },
          },
        },
        icon(problem.severity === "error" ? "circle-alert" : "triangle-alert"),
        el("span", { class: "problem-step", text: nodeOf(graph, problem.node)?.name ?? "Flow" }),
        el(
          "span",
          { class: "problem-words" },
          el("span", { text: shortMessage(problem, nodeOf(graph, problem.node)) }),
        ),
      ),
    ),
  );
  const changes = el("div", { class: "publish-changes", "data-publish-changes": true });
  void changed().then((parts) => changes.replaceChildren(...parts));
  const dialog = openDialog({
    name: "publish",
    title: "Publish this flow",
    body: [
      errors.length
        ? el("p", { text: `${countWords(found)}. Errors have to be mended before the flow can be published.` })
        : el("p", {
            text: `The draft with its ${graph.nodes.length} ${graph.nodes.length === 1 ? "step" : "steps"} becomes a new version. Runs under way finish on the version they began with.`,
          }),
      rows.length > 0 && el("ol", { class: "problem-list" }, ...rows),
      el("h3", { text: "What changes" }),
      changes,
      el("div", { class: "field" }, el("label", { for: "publish-note", text: "Note (optional)" }), note),
      confirm &&
        el(
          "div",
          { class: "field" },
          el("label", { for: "publish-confirm", text: `Type “${flowName}” to publish it` }),
          confirm,
          el("span", {
            class: "help",
            text: `${mass.map((node) => `“${node.name || node.key}”`).join(", ")} triggers a broadcast: it reaches its whole audience and cannot be recalled.`,
          }),
        ),
      trouble,
    ].filter(Boolean),
    buttons: [
      el("button", { class: "button ghost", type: "button", on: { click: () => dialog.close() } }, "Cancel"),
      send,
    ],
  });
  (errors.length ? dialog.querySelector(".problem-row") : note)?.focus();
  const ready = () => errors.length === 0 && (!confirm || confirm.value.trim() === flowName);
  confirm && confirm.addEventListener("input", () => (send.disabled = !ready()));
  send.disabled = !ready();
  send.addEventListener("click", async () => {
    send.disabled = true;
    const problem = await publish(note.value.trim(), confirm ? confirm.value.trim() : "");
    if (problem === null) return dialog.close();
    trouble.hidden = false;
    trouble.textContent = problem;
    send.disabled = false;
  });
  return dialog;
}

const CONTROL = { number: "number", integer: "number", date: "date", datetime: "datetime-local", text: "text" };

/** Ask for the fields of a manual trigger. `start(input)` resolves to null, or to what is wrong: {problem, fields?}. */
export function openStart({ fields, start, remembered = {}, title = "Run the draft", dry = false }) {
  const controls = fields.map((field) => control(field, remembered[field.name] ?? field.default));
  const trouble = el("p", { class: "dialog-trouble", role: "alert", hidden: true });
  const send = el(
    "button",
    { class: "button primary", type: "submit", form: "start-form", "data-action": "test-now" },
    icon(dry ? "flask-conical" : "play"),
    dry ? "Dry run" : "Run the draft",
  );
  const form = el(
    "form",
    { id: "start-form", class: "start-form", novalidate: true },
    ...controls.map((one) => one.element),
    trouble,
  );
  const dialog = openDialog({
    name: "test",
    title,
    body: [
      el("p", {
        class: "muted",
        text: dry
          ? "Nothing is sent out: calls go to the sandbox, requests and e-mails are simulated."
          : "The flow runs as it stands here, with the connections of its steps.",
      }),
      form,
    ],
    buttons: [
      el("button", { class: "button ghost", type: "button", on: { click: () => dialog.close() } }, "Cancel"),
      send,
    ],
  });
  controls[0]?.input.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = {};
    let fine = true;
    for (const one of controls) {
      const { value, problem } = one.read();
      one.tell(problem);
      if (problem && fine) one.input.focus();
      fine &&= !problem;
      if (value !== undefined) input[one.name] = value;
    }
    if (!fine) return;
    send.disabled = true;
    const failed = await start(input);
    if (failed === null) return dialog.close();
    const placed = controls.filter((one) => failed.fields?.[one.name]);
    for (const one of placed) one.tell(failed.fields[one.name]);
    placed[0]?.input.focus();
    trouble.hidden = placed.length > 0;
    trouble.textContent = failed.problem;
    send.disabled = false;
  });
  return dialog;
}

function control(field, value) {
  const id = `start-${field.name}`;
  const told = el("p", { class: "problem", role: "alert", hidden: true });
  const label = field.label || field.name;
  let input;
  if (field.type === "boolean") {
    input = el("input", { type: "checkbox", id, name: field.name });
    input.checked = !!value;
  } else if (field.type === "json") {
    input = el("textarea", { class: "input mono", id, name: field.name, rows: 4, spellcheck: "false" });
    input.value =
      value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
  } else {
    input = el("input", {
      class: "input",
      type: CONTROL[field.type] ?? "text",
      id,
      name: field.name,
      step: field.type === "integer" ? 1 : field.type === "number" ? "any" : null,
    });
    input.value =
      value === undefined || value === null
        ? ""
        : field.type === "datetime"
          ? String(value).slice(0, 16)
          : String(value);
  }
  const words = el(
    "label",
    { for: id },
    field.type === "boolean" ? input : null,
    label,
    field.required && el("span", { class: "required", "aria-hidden": "true", text: " *" }),
  );
  const element = el(
    "div",
    { class: "field", "data-start-field": field.name },
    words,
    field.type === "boolean" ? null : input,
    field.help && el("p", { class: "help", text: field.help }),
    told,
  );

  /** @returns {{value?: any, problem?: string}} */
  function read() {
    if (field.type === "boolean") return { value: input.checked };
    const text = input.value.trim();
    if (!text) return field.required ? { problem: `“${label}” is needed.` } : {};
    if (field.type === "number" || field.type === "integer") {
      const n = Number(text);
      if (!Number.isFinite(n)) return { problem: `“${label}” must be a number.` };
      if (field.type === "integer" && !Number.isInteger(n)) return { problem: `“${label}” must be a whole number.` };
      return { value: n };
    }
    if (field.type === "datetime") return { value: new Date(text).toISOString() };
    if (field.type !== "json") return { value: input.value };
    try {
      return { value: JSON.parse(text) };
    } catch (error) {
      return { problem: `“${label}” is not JSON: ${/** @type {Error} */ (error).message}` };
    }
  }

  return {
    name: field.name,
    input,
    element,
    read,
    tell: (problem) => {
      told.hidden = !problem;
      told.textContent = problem ?? "";
      input.setAttribute("aria-invalid", String(!!problem));
    },
  };
}
