// @ts-check
/** The hand on a sticky note: write, paint, size, delete. The notes themselves are drawn by the canvas. */

import { find } from "./dom.js";
import { readNotes } from "./notes.js";

/** Begin to write on a note, as soon as it is drawn. @param {HTMLElement} root @param {string} key */
export function writeOn(root, key, tries = 20) {
  const box = find(`[data-note="${CSS.escape(key)}"] [data-note-text]`, root);
  if (box) box.focus();
  else if (tries) requestAnimationFrame(() => writeOn(root, key, tries - 1));
}

/** @param {HTMLElement} root @param {{store: any, commands: any, zoom: () => number}} parts */
export function listenToNotes(root, { store, commands, zoom }) {
  const keyAt = (target) => (target instanceof Element ? target.closest("[data-note]")?.getAttribute("data-note") : null) ?? null;

  root.addEventListener("input", (event) => {
    const box = /** @type {any} */ (event.target);
    const key = keyAt(box);
    if (key && box.matches("[data-note-text]")) commands.writeNote(key, box.value);
  });
  root.addEventListener("keydown", (event) => {
    const box = /** @type {any} */ (event.target);
    if (event.key === "Escape" && box.matches?.("[data-note-text]")) {
      event.stopPropagation();
      box.blur();
      root.focus({ preventScroll: true });
    }
  });
  root.addEventListener("click", (event) => {
    const key = keyAt(event.target);
    const button = event.target instanceof Element ? event.target.closest("[data-note-colour], [data-note-remove]") : null;
    if (!key || !(button instanceof HTMLElement)) return;
    event.stopPropagation();
    if (button.dataset.noteColour) commands.paintNote(key, button.dataset.noteColour);
    else commands.remove([], [key]);
  });
  root.addEventListener("pointerdown", (event) => {
    const grip = event.target instanceof Element ? event.target.closest("[data-note-size]") : null;
    const key = keyAt(grip);
    if (grip instanceof HTMLElement && key) drag(grip, key, event);
  });

  /** The corner in the hand: the note follows at once, and is stored when the hand lets go. */
  function drag(grip, key, down) {
    const note = /** @type {HTMLElement} */ (grip.closest(".note"));
    const begin = { width: note.offsetWidth, height: note.offsetHeight };
    const size = { ...begin };
    const stop = new AbortController();
    grip.setPointerCapture(down.pointerId);
    grip.addEventListener(
      "pointermove",
      (event) => {
        size.width = Math.max(120, begin.width + (event.clientX - down.clientX) / zoom());
        size.height = Math.max(80, begin.height + (event.clientY - down.clientY) / zoom());
        note.style.width = `${size.width}px`;
        note.style.height = `${size.height}px`;
      },
      { signal: stop.signal },
    );
    for (const name of ["pointerup", "pointercancel"])
      grip.addEventListener(name, () => (stop.abort(), commands.resizeNote(key, size)), { signal: stop.signal });
  }

  // What undo, a merge or another tab wrote stands in the box too; what is typed now is there already.
  store.subscribe((state, before) => {
    if (state.graph.notes === before.graph.notes) return;
    for (const note of readNotes(state.graph.notes)) {
      const box = find(`[data-note="${CSS.escape(note.key)}"] [data-note-text]`, root);
      if (box && box.value !== note.text) box.value = note.text;
    }
  });
}
