// @ts-check
/** The Test menu: the whole draft, up to a step, one step; dry or not; and what the trigger begins with. */

import { el, icon, openDialog, placeNear } from "./dom.js";
import { nodeOf } from "./graph.js";
import { Offline, ask } from "./transport.js";

const ASKS = ["trigger.webhook", "trigger.customerio_event"];

/**
 * @param {{store: any, data: any, pins: any, begin: (body: any) => Promise<any>, ready: () => Promise<boolean>,
 *          refused: (reason: string) => void, hideRun: () => void, menuButton: HTMLElement, button: HTMLElement}} parts
 *   begin: start a test; resolves to null, or to {problem, fields?}
 */
export function createTesting({ store, data, pins, begin, ready, refused, hideRun, menuButton, button }) {
  const dryKey = `helix:dry:${data.flow.id}`;
  let dry = sessionStorage.getItem(dryKey) === "1";
  let menu = null;

  function drawButton() {
    button.replaceChildren(icon(dry ? "flask-conical" : "play"), dry ? "Dry run" : "Test");
    button.title = dry ? "Run the whole draft, sending nothing out" : "Run the whole draft";
  }
  drawButton();

  function setDry(on) {
    dry = on;
    sessionStorage.setItem(dryKey, on ? "1" : "0");
    drawButton();
  }

  /** Where this test begins: the selected trigger, else the only or first one that leads to the step. */
  function entryOf(step) {
    const { graph, selected } = store.get();
    const triggers = graph.nodes.filter((node) => node.type.startsWith("trigger."));
    const chosen = triggers.find((node) => node.key === selected);
    if (chosen) return chosen;
    const before = step ? upstream(graph, step) : null;
    const fit = before ? triggers.filter((node) => before.has(node.key)) : triggers;
    return fit.find((node) => node.type === "trigger.manual") ?? fit[0] ?? null;
  }

  /** Ask what is needed, then begin. @param {"whole"|"upto"|"only"} what */
  async function run(what, step = "") {
    if (!(await ready())) return;
    const entry = entryOf(step);
    const body = { what, step, entry: entry?.key ?? null, dry };
    const title = what === "whole" ? "Run the draft" : what === "upto" ? `Run up to “${nameOf(step)}”` : `Run only “${nameOf(step)}”`;
    const keep = `helix:input:${data.flow.id}:${entry?.key ?? ""}`;
    const fields = entry && ["trigger.manual", "trigger.called"].includes(entry.type) ? (entry.config?.fields ?? []).filter((field) => field?.name) : [];
    if (fields.length) {
      const start = async (input) => {
        const failed = await begin({ ...body, input });
        if (!failed) sessionStorage.setItem(keep, JSON.stringify(input));
        return failed;
      };
      const { openStart } = await import("./dialogs.js");
      openStart({ fields, start, remembered: JSON.parse(sessionStorage.getItem(keep) ?? "{}"), title, dry });
      return;
    }
    const samples = entry && ASKS.includes(entry.type) ? await samplesOf(entry.key) : [];
    if (samples.length) return void askSample({ samples, title, start: (payload) => begin({ ...body, payload }) });
    const failed = await begin(body);
    if (failed) refused(failed.problem);
  }

  async function samplesOf(key) {
    try {
      const answer = await ask("GET", data.urls.samples);
      return answer.ok ? (answer.data.triggers.find((one) => one.node === key)?.samples ?? []) : [];
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return [];
    }
  }

  /** What the trigger received lately, to begin with it or with a changed copy. */
  function askSample({ samples, title, start }) {
    const words = (one, i) => `${i ? "" : "The last: "}${one.words.toLowerCase()} ${new Date(one.at).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" })}`;
    const select = el("select", { class: "input", id: "sample-of" }, ...samples.map((one, i) => el("option", { value: String(i), text: words(one, i) })));
    const text = el("textarea", { class: "input mono pin-text", id: "sample-text", rows: 12, spellcheck: "false" });
    const fill = () => (text.value = JSON.stringify(samples[Number(select.value)].payload, null, 2));
    select.addEventListener("change", fill);
    fill();
    const trouble = el("p", { class: "dialog-trouble", role: "alert", hidden: true });
    const say = (problem) => {
      trouble.hidden = !problem;
      trouble.textContent = problem ?? "";
    };
    const go = el("button", { class: "button primary", type: "button", "data-action": "test-now" }, icon("play"), dry ? "Dry run" : "Run the draft");
    go.addEventListener("click", async () => {
      let payload;
      try {
        payload = JSON.parse(text.value);
      } catch (error) {
        return say(`This is not JSON: ${/** @type {Error} */ (error).message}`);
      }
      go.disabled = true;
      const failed = await start(payload);
      go.disabled = false;
      if (failed) say(failed.problem);
      else dialog.close();
    });
    const dialog = openDialog({
      name: "sample",
      wide: true,
      title,
      body: [
        el("p", { text: "The trigger gives what it received lately; change it if you like." }),
        el("div", { class: "field" }, el("label", { for: "sample-of", text: "Begin with" }), select),
        el("div", { class: "field" }, el("label", { for: "sample-text", text: "What the trigger gives, as JSON" }), text),
        trouble,
      ],
      buttons: [el("button", { class: "button ghost", type: "button", on: { click: () => dialog.close() } }, "Cancel"), go],
    });
    go.focus();
  }

  const nameOf = (key) => nodeOf(store.get().graph, key)?.name ?? key;

  // ---- the menu ------------------------------------------------------------------------------------------------------

  function close(focus = false) {
    menu?.remove();
    menu = null;
    menuButton.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus) menuButton.focus();
  }
  const outside = (event) => {
    if (!menu?.contains(event.target) && !menuButton.contains(event.target)) close();
  };

  function open() {
    if (menu) return close(true);
    const { selected, graph, run: shownRun } = store.get();
    const node = nodeOf(graph, selected);
    const isTrigger = node?.type.startsWith("trigger.");
    const step = node && !isTrigger ? node : null;
    const why = isTrigger ? "a trigger only begins the flow" : "select a step first";
    const item = (action, look, words, help, act, more = {}) =>
      el(
        "button",
        { type: "button", role: "menuitem", class: "test-item", "data-test": action, on: { click: () => (close(), act()) }, ...more },
        icon(look),
        el("span", {}, el("strong", { text: words }), help && el("small", { text: help })),
      );
    const off = step ? {} : { disabled: true };
    const toggle = el(
      "button",
      { type: "button", role: "menuitemcheckbox", "aria-checked": String(dry), class: "test-item", "data-test": "dry" },
      el("span", { class: "switch-track", "aria-hidden": "true" }),
      el("span", {}, el("strong", { text: "Dry run" }), el("small", { text: "Sends nothing out: Customer.io calls go to the sandbox, requests and e-mails are simulated" })),
    );
    toggle.addEventListener("click", () => {
      setDry(!dry);
      toggle.setAttribute("aria-checked", String(dry));
    });
    const pinned = step && pins.isPinned(step.key);
    menu = el(
      "div",
      { class: "test-menu", role: "menu", "aria-label": "Test" },
      item("whole", "play", "Whole flow", "From the trigger to the end", () => run("whole")),
      item("upto", "target", step ? `Up to “${step.name}”` : "Up to this step", step ? "What comes after it is left out" : why, () => run("upto", step.key), off),
      item("only", "circle-play", step ? `Only “${step.name}”` : "This step only", step ? "With pinned input, else what the last run gave" : why, () => run("only", step.key), off),
      el("hr"),
      toggle,
      el("hr"),
      item("pin", "pin", step ? (pinned ? `Sample of “${step.name}”…` : `Pin a sample of “${step.name}”…`) : "Pin a sample…", step ? "Tests use it in the step’s place" : why, () => pins.edit(step.key), off),
      shownRun && item("clear", "x", "Clear the run from the canvas", "", hideRun),
    );
    document.body.append(menu);
    const box = menuButton.getBoundingClientRect();
    placeNear(menu, box.right - menu.getBoundingClientRect().width, box.bottom + 6);
    menuButton.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    const items = () => [...menu.querySelectorAll("button:not([disabled])")];
    items()[0].focus();
    menu.addEventListener("keydown", (event) => {
      const list = items();
      const at = list.indexOf(document.activeElement);
      const step_ = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step_) list[(at + step_ + list.length) % list.length].focus();
      else if (event.key === "Home" || event.key === "End") list.at(event.key === "Home" ? 0 : -1).focus();
      else if (event.key === "Escape" || event.key === "Tab") close(event.key === "Escape");
      else return;
      event.stopPropagation();
      event.preventDefault();
    });
  }
  menuButton.addEventListener("click", open);
  return { whole: () => run("whole"), upTo: (key) => run("upto", key), only: (key) => run("only", key) };
}

/** The steps that lead to one, itself included. */
function upstream(graph, key) {
  const found = new Set([key]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const edge of graph.edges)
      if (found.has(edge.target) && !found.has(edge.source)) {
        found.add(edge.source);
        grew = true;
      }
  }
  return found;
}
