// @ts-check
/** The versions of the flow: what they changed, in words; two of them compared; one made the draft again. */

import { openCompare } from "./compare.js";
import { el, icon, openDialog } from "./dom.js";
import { Offline, ask, refusal } from "./transport.js";

const KINDS = {
  added: ["plus", "ok"],
  removed: ["minus", "err"],
  wired: ["link", "ok"],
  unwired: ["unlink", "warn"],
  renamed: ["text-cursor-input", "muted"],
  note: ["sticky-note", "muted"],
};

/** Ask the server; null and a sentence when it cannot answer. @returns {Promise<{data: any, problem: string}>} */
async function got(method, url, body = undefined) {
  try {
    const answer = await ask(method, url, body);
    if (answer.ok) return { data: answer.data, problem: "" };
    const { message, hint } = refusal(answer);
    return { data: null, problem: `${message} ${hint}`.trim() };
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return { data: null, problem: "The server cannot be reached. Try again when you are online." };
  }
}

/** What differs between two versions, as a list of sentences. Resolves to the elements that show it. */
export async function changesShown(url, from, to, me = "") {
  const { data, problem } = await changesOf(url, from, to);
  if (problem) return [el("p", { class: "dialog-trouble", role: "alert", text: problem })];
  return [...(to === "draft" && data.editors?.length ? [editsOf(data.editors, me)] : []), ...changeRows(data)];
}

const changesOf = (url, from, to) =>
  got("GET", `${url}?${new URLSearchParams({ from: String(from), to: String(to) })}`);

/** Whose edits a publication takes out. */
function editsOf(names, me) {
  const words = names.map((name) => (name === me ? "you" : name));
  const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
  const text = list === "you" ? "Only your own edits go out." : `The edits of ${list} go out.`;
  return el("p", { class: "muted small", "data-editors": true, text });
}

/** The elements that tell these changes, step by step. */
function changeRows(data) {
  const moved = data.moved ? `${data.moved} ${data.moved === 1 ? "step was" : "steps were"} only moved.` : "";
  if (!data.changes.length) {
    return [el("p", { class: "muted", text: moved ? `Nothing changes in what it does. ${moved}` : "Nothing differs." })];
  }
  const rows = data.changes.map((change) => {
    const [name, tone] = KINDS[change.kind] ?? ["pencil", "info"];
    return el(
      "li",
      { class: `change ${tone}`, "data-change": change.kind, "data-change-node": change.node },
      icon(name),
      el("span", { text: change.sentence }),
    );
  });
  const more = data.more ? `${data.more} more are not shown. ` : "";
  return [
    el("ol", { class: "change-list", "data-changes": true }, ...rows),
    (more || moved) && el("p", { class: "muted small", text: more + moved }),
  ].filter(Boolean);
}

const when = (iso) => new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Show the versions. `restore(graph, number)` makes one the draft.
 * @param {{urls: any, mayEdit: boolean, restore: (graph: any, number: number) => void, catalog: any, draft: () => any}} parts
 */
export async function openVersions({ urls, mayEdit, restore, catalog, draft }) {
  const list = el("ol", { class: "version-list" });
  const shown = el("div", { class: "version-changes", "aria-live": "polite" });
  const dialog = openDialog({
    name: "versions",
    title: "Versions",
    body: [list, shown],
    buttons: [el("button", { class: "button", type: "button", on: { click: () => dialog.close() } }, "Close")],
  });
  dialog.classList.add("wide");
  const { data, problem } = await got("GET", urls.versions);
  if (problem) return shown.replaceChildren(el("p", { class: "dialog-trouble", role: "alert", text: problem }));
  if (!data.versions.length) {
    return shown.replaceChildren(
      el("p", { class: "muted", text: "Nothing was published yet. “Publish” makes the draft version 1; from then on every version is kept here." }),
    );
  }

  const beside = el(
    "button",
    { class: "button small", type: "button", "data-action": "side-by-side", on: { click: () => void sideBySide() } },
    icon("columns-2"),
    "Side by side on the canvas",
  );
  const from = choice("Compare", data.versions, false);
  const to = choice("with", data.versions, true);
  const compare = async () => shown.replaceChildren(el("h3", { text: heading() }), ...(await changesShown(urls.changes, from.value, to.value)));
  const heading = () => `From ${words(from.value)} to ${words(to.value)}`;
  const words = (name) => (name === "draft" ? "the draft" : `version ${name}`);
  from.input.addEventListener("change", compare);
  to.input.addEventListener("change", compare);
  list.before(el("div", { class: "version-compare" }, from.element, to.element, beside));

  /** Both on canvases, with what differs marked. */
  async function sideBySide() {
    const names = [from.value, to.value];
    const graphs = await Promise.all(
      names.map(async (name) =>
        name === "draft" ? { data: { graph: draft() }, problem: "" } : got("GET", `${urls.versions}${name}/`),
      ),
    );
    const told = await changesOf(urls.changes, names[0], names[1]);
    const problem = told.problem || graphs.find((one) => one.problem)?.problem;
    if (problem) return shown.replaceChildren(el("p", { class: "dialog-trouble", role: "alert", text: problem }));
    openCompare({
      sides: names.map((name, i) => ({
        words: name === "draft" ? "Draft" : `Version ${name}`,
        graph: graphs[i].data.graph,
      })),
      changes: told.data.changes,
      moved: told.data.moved_steps ?? [],
      list: changeRows(told.data),
      catalog,
    });
  }

  data.versions.forEach((version, index) => {
    const before = data.versions[index + 1];
    const see = el("button", { class: "button small ghost", type: "button", "data-action": "see-version" }, icon("diff"), "What changed");
    see.addEventListener("click", () => {
      from.value = String(before ? before.number : version.number);
      to.value = String(version.number);
      if (before) void compare();
      else shown.replaceChildren(el("p", { class: "muted", text: "This is the first version, so everything in it is new." }));
    });
    const back = mayEdit && el("button", { class: "button small ghost", type: "button", "data-action": "restore-version" }, icon("undo-2"), "Restore");
    if (back) back.addEventListener("click", () => confirm(version));
    list.append(
      el(
        "li",
        { "data-version-row": version.number },
        el("span", { class: "version-number", text: `v${version.number}` }),
        el(
          "span",
          { class: "version-words" },
          el("strong", { text: version.note || "No note" }),
          el("small", { class: "muted", text: `${version.by || "Somebody"}, ${when(version.at)}` }),
        ),
        version.current && el("span", { class: "badge ok" }, icon("circle-check"), "published"),
        see,
        back || null,
      ),
    );
  });
  void compare();

  function confirm(version) {
    const go = el("button", { class: "button primary", type: "button", "data-action": "restore-now" }, icon("undo-2"), `Restore version ${version.number}`);
    go.addEventListener("click", async () => {
      go.disabled = true;
      const answer = await got("GET", `${urls.versions}${version.number}/`);
      if (answer.problem) {
        shown.replaceChildren(el("p", { class: "dialog-trouble", role: "alert", text: answer.problem }));
        return;
      }
      dialog.close();
      restore(answer.data.graph, version.number);
    });
    shown.replaceChildren(
      el("div", { class: "notice warn" }, icon("triangle-alert"), el("div", {}, el("p", { class: "title", text: `Make version ${version.number} the draft again?` }), el("p", { text: "The draft as it is now is replaced; “Undo” brings it back while this page is open. What is published, and runs under way, stay as they are." }))),
      go,
    );
    go.focus();
  }
}

function choice(label, versions, latest) {
  const id = `version-${label}`;
  const input = /** @type {HTMLSelectElement} */ (
    el(
      "select",
      { class: "input", id },
      el("option", { value: "draft", text: "Draft" }),
      ...versions.map((version) => el("option", { value: String(version.number), text: `Version ${version.number}` })),
    )
  );
  const current = versions.find((version) => version.current) ?? versions[0];
  input.value = latest ? "draft" : String(current.number);
  return {
    input,
    element: el("label", { for: id }, `${label} `, input),
    get value() {
      return input.value;
    },
    set value(name) {
      input.value = name;
    },
  };
}
