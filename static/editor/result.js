// @ts-check
/** The drawer with the result of one step of the run that is on the canvas. */

import { el, icon } from "./dom.js";
import { nodeOf } from "./graph.js";
import { durationWords, stateLook } from "./states.js";
import { Offline, ask, refusal } from "./transport.js";

const MOST = 60_000;
const pretty = (value) => {
  const text = JSON.stringify(value ?? null, null, 2);
  return text.length > MOST ? `${text.slice(0, MOST)}\n…` : text;
};

/**
 * @param {{host: HTMLElement, store: any, mayPin: boolean, pins: any}} parts host: the section around the canvas
 */
export function mountResult({ host, store, mayPin, pins }) {
  const drawer = el("section", { class: "editor-drawer result-drawer", "data-result": true, "aria-label": "Result of the step", hidden: true });
  host.append(drawer);
  let closedFor = "";
  let shown = "";
  let asked = 0;

  const close = () => {
    closedFor = shown;
    drawer.hidden = true;
  };
  drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  async function draw({ run, selected, graph }) {
    const step = run?.steps?.[selected];
    const here = step ? `${run.id}|${selected}` : "";
    if (!here || here === closedFor) {
      drawer.hidden = true;
      shown = here && shown;
      return;
    }
    const now = `${here}|${step.state}|${step.attempts ?? ""}`;
    if (now === shown && !drawer.hidden) return;
    if (!shown.startsWith(`${here}|`)) drawer.inert = true; // another step's buttons must not be pressed for this one
    shown = now;
    closedFor = "";
    const mine = ++asked;
    let found = null;
    let problem = "";
    if (step.state !== "pending") {
      try {
        const answer = await ask("GET", new URL(`result/${run.id}/${selected}/`, location.href).pathname);
        if (answer.ok) found = answer.data;
        else if (answer.status !== 404) problem = refusal(answer).message;
      } catch (error) {
        if (!(error instanceof Offline)) throw error;
        problem = "The server cannot be reached; the result is shown as soon as the connection is back.";
        shown = "";
      }
    }
    if (mine !== asked) return;
    paint(nodeOf(graph, selected)?.name ?? selected, selected, run, step, found, problem);
  }

  function paint(name, key, run, step, found, problem) {
    const look = stateLook(step.state);
    const error = found?.output?.error ?? step.error;
    const act = (attributes, look_, words) => el("button", { class: "button small", type: "button", ...attributes }, icon(look_), words);
    const pinned = pins?.isPinned(key);
    drawer.replaceChildren(
      el(
        "header",
        { class: "drawer-head result-head" },
        el("span", { class: "result-state", "data-tone": look.tone, "data-result-state": step.state }, icon(look.icon), look.word),
        el("h2", { text: name }),
        el("span", {
          class: "muted small",
          text: [durationWords(step.duration_ms), found?.turns > 1 ? `item ${found.item} of ${found.turns}` : "", found?.attempts > 1 ? `${found.attempts} tries` : ""]
            .filter(Boolean)
            .join(" · "),
        }),
        el("span", { class: "bar-gap" }),
        mayPin && found?.output?.successful && act({ "data-pin": "last", "data-pin-step": key }, "pin", "Pin this output"),
        mayPin && act({ "data-pin": "edit", "data-pin-step": key }, "pencil", pinned ? "Edit sample" : "Write a sample"),
        mayPin && pinned && act({ "data-pin": "off", "data-pin-step": key }, "x", "Unpin"),
        run.url && el("a", { class: "button small", href: `${run.url}?step=${encodeURIComponent(key)}` }, "Open run"),
        el("button", { class: "button ghost icon small", type: "button", "aria-label": "Close", on: { click: close } }, icon("x")),
      ),
      el(
        "div",
        { class: "result-body" },
        problem && el("p", { class: "dialog-trouble", text: problem }),
        error && el("div", { class: "notice err" }, icon("circle-x"), el("div", {}, el("p", { class: "title", text: error.message }), error.hint && el("p", { text: error.hint }))),
        found?.explanation && el("p", { class: "result-words", text: found.explanation }),
        !found && !problem && el("p", { class: "muted", text: step.state === "pending" ? "This step was not reached yet." : "There is no result yet." }),
        found &&
          el(
            "div",
            { class: "result-columns" },
            el("div", {}, el("h3", { text: "It was given" }), el("pre", { class: "result-json", tabindex: "0", text: pretty(found.input) })),
            el("div", {}, el("h3", { text: "It gave" }), el("pre", { class: "result-json", tabindex: "0", "data-result-output": true, text: pretty(found.output?.data) })),
          ),
      ),
    );
    drawer.hidden = false;
    drawer.inert = false;
  }

  store.subscribe((state, before) => {
    if (state.run !== before.run || state.selected !== before.selected || state.pins !== before.pins) {
      if (state.selected !== before.selected) closedFor = "";
      if (state.pins !== before.pins) shown = "";
      void draw(state);
    }
  });
}
