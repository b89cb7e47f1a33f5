// @ts-check
/** What a hand can do to the sticky notes; each is one step of undo, typing folds. No DOM here. */

import { CARD_H } from "./layout.js";
import { COLOURS, MOST_NOTES, SIZE, freeNoteKey, freeNoteSpot, readNotes, withNote } from "./notes.js";
import { cardWidth, positions } from "./places.js";

/** @param {any} store @param {any} catalog */
export function createNoteCommands(store, catalog) {
  const change = (label, key, patch, options = {}) =>
    store.commit(label, (graph) => withNote(graph, key, (note) => ({ ...note, ...patch })), options);

  /** All that a new note should not cover. */
  function taken() {
    const { graph } = store.get();
    const all = positions(graph, catalog);
    const cards = graph.nodes.map((node) => ({ ...all[node.key], width: cardWidth(catalog, node), height: CARD_H }));
    return [...cards, ...readNotes(graph.notes).map(({ position, width, height }) => ({ ...position, width, height }))];
  }

  return {
    /** A new note at a point of the drawing, or beside it when something stands there. Returns its key, or null when there are too many. @param {import("./types.js").Point} at */
    addNote(at) {
      const notes = store.get().graph.notes ?? [];
      if (notes.length >= MOST_NOTES) return null;
      const note = { key: freeNoteKey(notes), text: "", colour: COLOURS[0], position: freeNoteSpot(at, taken()), ...SIZE };
      store.commit("Add note", (graph) => ({ ...graph, notes: [...(graph.notes ?? []), note] }), {
        select: [],
        notes: [note.key],
      });
      return note.key;
    },

    /** What stands on a note. */
    writeNote: (key, text) => change("Write note", key, { text }, { merge: `note:${key}` }),

    /** Its colour: one of notes.COLOURS. */
    paintNote: (key, colour) => COLOURS.includes(colour) && change("Colour note", key, { colour }),

    /** Its size. @param {{width: number, height: number}} size */
    resizeNote: (key, { width, height }) =>
      change("Resize note", key, {
        width: Math.round(Math.max(120, Math.min(1200, width))),
        height: Math.round(Math.max(80, Math.min(1200, height))),
      }),
  };
}
