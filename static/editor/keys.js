// @ts-check
/** The keyboard: one tab stop into the canvas, arrows walk the flow, single letters act on the selected step. */

import { el, find, isTyping, openDialog } from "./dom.js";
import { edgesFrom, edgesInto, nodeOf } from "./graph.js";
import { readNotes } from "./notes.js";
import { cardWidth, positions } from "./places.js";

const HELP = [
  ["Arrows", "Walk to the step before, after or beside"],
  ["Enter", "Settings of the step"],
  ["Esc", "Back to the step; then select nothing"],
  ["A", "Add a step after this one"],
  ["C", "Connect this step to another"],
  ["Delete", "Delete; the steps around are joined"],
  ["Alt + arrows", "Move the step"],
  ["Ctrl Z / Ctrl Shift Z", "Undo / redo"],
  ["Ctrl C / X / V", "Copy, cut, paste (also between flows)"],
  ["Ctrl D", "Duplicate"],
  ["Ctrl A", "Select all steps"],
  ["Shift + drag", "Select with a frame"],
  ["T", "Tidy up"],
  ["0", "Show the whole flow"],
  ["+ / −", "Zoom"],
  ["N", "Add a note"],
  ["F or Ctrl F", "Find a step of this flow"],
  ["/", "Search the list of steps"],
  ["P", "Problems"],
  ["F6", "Next part of the page"],
  ["?", "This list"],
];

export function openHelp() {
  openDialog({
    name: "keys",
    title: "Keys",
    body: el(
      "dl",
      { class: "key-list" },
      ...HELP.flatMap(([keys, words]) => [el("dt", {}, el("kbd", { text: keys })), el("dd", { text: words })]),
    ),
  });
}

/**
 * @param {{store: any, commands: any, catalog: any, canvas: any, root: HTMLElement,
 *          acts: Record<string, (...args: any[]) => any>}} parts
 */
export function listenToKeys({ store, commands, catalog, canvas, root, acts }) {
  const editable = () => store.get().mode === "edit";
  const focusOf = () => store.get().selected ?? store.get().graph.nodes[0]?.key ?? null;
  const inOutline = (target) => target instanceof Element && !!target.closest("[data-outline]");
  /** Keys of the canvas count on the canvas, in the outline, and where nothing else has the focus. */
  const isOurs = (target) =>
    !isTyping(target) && (target === document.body || root.contains(target) || inOutline(target));

  function go(key, from) {
    if (!key) return;
    store.select(key);
    canvas.show(key, { focus: !inOutline(from) });
  }

  /** The step next to one in a direction: along the wires first, else the nearest card that way. */
  function neighbour(key, direction) {
    const { graph } = store.get();
    const all = positions(graph, catalog);
    const middle = (k) => ({ x: all[k].x + cardWidth(catalog, nodeOf(graph, k)) / 2, y: all[k].y });
    const order = catalog.ports(nodeOf(graph, key)).map((port) => port.key);
    if (direction === "ArrowDown") {
      const next = edgesFrom(graph, key).sort((a, b) => order.indexOf(a.port) - order.indexOf(b.port))[0];
      if (next) return next.target;
    }
    if (direction === "ArrowUp" && edgesInto(graph, key).length) return edgesInto(graph, key)[0].source;
    const here = middle(key);
    const ahead = {
      ArrowDown: (p) => p.y - here.y,
      ArrowUp: (p) => here.y - p.y,
      ArrowLeft: (p) => here.x - p.x,
      ArrowRight: (p) => p.x - here.x,
    }[direction];
    const aside =
      direction === "ArrowLeft" || direction === "ArrowRight"
        ? (p) => Math.abs(p.y - here.y) * 3
        : (p) => Math.abs(p.x - here.x) * 3;
    const found = graph.nodes
      .map((node) => ({ key: node.key, at: middle(node.key) }))
      .filter((one) => one.key !== key && ahead && ahead(one.at) > 20)
      .sort((a, b) => ahead(a.at) + aside(a.at) - ahead(b.at) - aside(b.at));
    return found[0]?.key ?? null;
  }

  const ARROWS = { ArrowUp: [0, -8], ArrowDown: [0, 8], ArrowLeft: [-8, 0], ArrowRight: [8, 0] };

  function onKey(event) {
    if (event.defaultPrevented || find("dialog[open], .floating-menu, :popover-open")) return;
    const command = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    const target = /** @type {Element} */ (event.target);
    const inForm = !!target.closest?.("[data-inspector], [data-note]");

    if (event.key === "F6") {
      acts.cycle(event.shiftKey);
    } else if (command && (letter === "z" || letter === "y") && (!isTyping(target) || inForm) && editable()) {
      if (letter === "y" || event.shiftKey) acts.redo();
      else acts.undo();
    } else if (command && letter === "f" && !find("dialog[open]")) {
      acts.find?.();
    } else if (command && letter === "s") {
      acts.save();
    } else if (event.key === "Escape" && target.closest?.("[data-inspector]")) {
      const key = store.get().selected;
      if (key) canvas.show(key, { focus: true });
      acts.leaveInspector();
    } else if (isOurs(target)) {
      if (!onCanvas(event, command, letter)) return;
    } else return;
    event.preventDefault();
  }

  /** Returns whether the key meant something. */
  function onCanvas(event, command, letter) {
    const key = focusOf();
    const { selection, selected, edge } = store.get();
    if (command) {
      const { graph } = store.get();
      const keysOf = (list) => list.map((one) => one.key);
      if (letter === "a") store.select(keysOf(graph.nodes), keysOf(readNotes(graph.notes)));
      else if (letter === "d" && editable()) acts.duplicate();
      else return false;
      return true;
    }
    if (event.key in ARROWS && key && !(inOutline(event.target) && !event.altKey)) {
      if (event.altKey && editable() && selected) {
        const all = positions(store.get().graph, catalog);
        const [dx, dy] = ARROWS[event.key];
        commands.move(
          Object.fromEntries(selection.map((one) => [one, { x: all[one].x + dx, y: all[one].y + dy }])),
          `nudge:${selection.join()}`,
        );
      } else if (!event.altKey) go(selected ? neighbour(key, event.key) : key, event.target);
      return true;
    }
    if (
      event.target instanceof Element &&
      event.target.closest("button:not([data-node])") &&
      ["Enter", " "].includes(event.key)
    )
      return false;
    switch (event.key) {
      case "Enter":
        if (key) {
          store.select(key);
          acts.edit(key);
        }
        return !!key;
      case "Escape":
        store.select(null);
        return true;
      case "0":
        canvas.fit();
        return true;
      case "+":
      case "=":
        canvas.zoom(1.25);
        return true;
      case "-":
        canvas.zoom(0.8);
        return true;
      case "?":
        openHelp();
        return true;
      case "f":
        acts.find?.();
        return true;
    }
    if (!editable()) return false;
    switch (event.key) {
      case "Delete":
      case "Backspace":
        if (edge) commands.disconnect(edge);
        else acts.remove();
        return true;
      case "/":
        acts.search();
        return true;
    }
    switch (letter) {
      case "a":
        acts.addAfter(key);
        return true;
      case "c":
        if (key) acts.connectTo(key);
        return true;
      case "t":
        acts.tidy();
        return true;
      case "p":
        acts.problems();
        return true;
      case "n":
        acts.note();
        return true;
      default:
        return false;
    }
  }

  const clip = (event) => isOurs(event.target) && !getSelection()?.toString() && !find("dialog[open]");
  document.addEventListener("keydown", onKey);
  document.addEventListener("copy", (event) => {
    const { selection, chosenNotes } = store.get();
    if (!clip(event) || !(selection.length + chosenNotes.length)) return;
    event.clipboardData?.setData("text/plain", commands.copy(selection, chosenNotes));
    event.preventDefault();
    acts.say(`${selection.length === 1 ? "Step" : selection.length ? `${selection.length} steps` : "Note"} copied`);
  });
  document.addEventListener("cut", (event) => {
    const { selection, chosenNotes } = store.get();
    if (!clip(event) || !(selection.length + chosenNotes.length) || !editable()) return;
    event.clipboardData?.setData("text/plain", commands.copy(selection, chosenNotes));
    event.preventDefault();
    acts.remove();
  });
  document.addEventListener("paste", (event) => {
    if (!clip(event) || !editable()) return;
    event.preventDefault();
    acts.paste(event.clipboardData?.getData("text/plain") ?? "");
  });
}
