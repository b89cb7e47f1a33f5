// @ts-check
/** The buttons above the outline: the same as its keys, for the hand, for touch, and for whoever forgot a key. */

import { el, icon } from "./dom.js";
import { edgesFrom, edgesInto } from "./graph.js";
import { KEYS } from "./keymap.js";

const BUTTONS = [
  { id: "add", icon: "plus", label: "Add a step after" },
  { id: "before", icon: "list-plus", label: "Add a step before" },
  { id: "connect", icon: "link", label: "Connect to a step" },
  { id: "disconnect", icon: "unlink", label: "Undo a connection" },
  { id: "earlier", icon: "arrow-up", label: "Move earlier", key: "Alt ↑" },
  { id: "later", icon: "arrow-down", label: "Move later", key: "Alt ↓" },
  { id: "replace", icon: "move", label: "Move behind another step" },
  { id: "rename", icon: "pencil", label: "Rename" },
  { id: "duplicate", icon: "copy", label: "Duplicate" },
  { id: "remove", icon: "trash-2", label: "Delete" },
];
const OF_STEPS = new Set(["earlier", "later", "replace", "rename", "duplicate"]);

/** @param {{store: any, does: (id: string) => boolean, here: () => import("./outline_rows.js").Row|null}} parts */
export function mountOutlineTools({ store, does, here }) {
  const buttons = BUTTONS.map(({ id, icon: name, label, key }, i) => {
    const shown = key ?? KEYS.find((row) => row.id === id)?.shown ?? "";
    return el(
      "button",
      {
        ...{ type: "button", class: "button ghost icon small", "data-outline-act": id, tabindex: i ? -1 : 0 },
        ...{ "aria-label": label, title: `${label} (${shown})`, on: { click: () => does(id) } },
      },
      icon(name),
    );
  });
  const element = el("div", { class: "outline-tools edit-only", role: "toolbar", "aria-label": "Change the flow" }, ...buttons);

  element.addEventListener("keydown", (event) => {
    const usable = buttons.filter((button) => !button.disabled);
    const at = usable.indexOf(/** @type {any} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: usable.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    usable[(to + usable.length) % usable.length].focus();
  });
  element.addEventListener("focusin", (event) => {
    for (const button of buttons) button.tabIndex = button === event.target ? 0 : -1;
  });

  return {
    element,
    /** What can't be done to the row at hand is grey. */
    mark() {
      const row = here();
      const { graph } = store.get();
      const step = row?.kind === "step";
      const wired = !!row && (!!row.edge || (step ? edgesInto(graph, row.key).length + edgesFrom(graph, row.key).length > 0 : edgesFrom(graph, row.key, row.port).length > 0));
      for (const button of buttons) {
        const id = button.dataset.outlineAct;
        const off = id === "add" ? false : !row || (OF_STEPS.has(id) && !step) || (id === "disconnect" && !wired) || (id === "remove" && !step && !wired);
        if (off && button === document.activeElement) buttons[0].focus();
        button.disabled = off;
      }
      if (buttons.every((button) => button.tabIndex < 0 || button.disabled)) buttons[0].tabIndex = 0;
    },
  };
}
