// @ts-check
/** Sticky notes of a graph: what a note is, and the small changes of them. A run and the check never look at them. Pure. */

/**
 * @typedef {{key: string, text: string, colour: string, position: import("./types.js").Point,
 *            width: number, height: number}} Note
 */

export const COLOURS = ["yellow", "blue", "green", "pink"];
export const SIZE = { width: 232, height: 136 };
export const MOST_NOTES = 200;
const LEAST = { width: 120, height: 80 };
const MOST_TEXT = 10_000;
const PREFIX = "note:";

/** What a note is called among the cards of the canvas: no step can have such a key. */
export const cardId = (key) => `${PREFIX}${key}`;
/** The note's key in a card's name; null for a step's card. @param {string} id */
export const noteKeyOf = (id) => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null);

const isPlain = (value) => !!value && typeof value === "object" && !Array.isArray(value);
const between = (n, least, most, or) => (Number.isFinite(n) ? Math.max(least, Math.min(most, n)) : or);

/** The notes that can be drawn, of whatever stands in the graph; what is no note is left alone, and not drawn. @returns {Note[]} */
export function readNotes(list) {
  const seen = new Set();
  return (Array.isArray(list) ? list : []).flatMap((note, i) => {
    if (!isPlain(note) || typeof note.text !== "string") return [];
    const key = typeof note.key === "string" && note.key && !seen.has(note.key) ? note.key : `at_${i}`;
    seen.add(key);
    return [
      {
        key,
        text: note.text.slice(0, MOST_TEXT),
        colour: COLOURS.includes(note.colour) ? note.colour : COLOURS[0],
        position: { x: between(note.position?.x, -1e6, 1e6, 0), y: between(note.position?.y, -1e6, 1e6, 0) },
        width: between(note.width, LEAST.width, 1200, SIZE.width),
        height: between(note.height, LEAST.height, 1200, SIZE.height),
      },
    ];
  });
}

/** A key that no note has. */
export function freeNoteKey(notes) {
  const taken = new Set(notes.map((note) => note?.key));
  for (let n = 1; ; n++) if (!taken.has(`note_${n}`)) return `note_${n}`;
}

/** A place for a note near a point where it covers no card and no other note. @param {{x: number, y: number, width: number, height: number}[]} taken */
export function freeNoteSpot(at, taken) {
  const covers = (spot) =>
    taken.some(
      (box) =>
        spot.x < box.x + box.width + 24 && box.x < spot.x + SIZE.width + 24 && spot.y < box.y + box.height + 24 && box.y < spot.y + SIZE.height + 24,
    );
  const spot = { ...at };
  for (let n = 0; covers(spot) && n < 200; n++) spot.x += 24;
  return spot;
}

/** Put another note in the place of one; the graph itself when nothing changes. */
export function withNote(graph, key, change) {
  const drawn = readNotes(graph.notes);
  const was = drawn.find((note) => note.key === key);
  if (!was) return graph;
  const now = change(was);
  if (JSON.stringify(now) === JSON.stringify(was)) return graph;
  let at = -1;
  // Notes are found by their place among those that can be drawn: one without a key of its own has one here.
  const notes = graph.notes.map((note) => {
    const isNote = isPlain(note) && typeof note.text === "string";
    if (isNote) at++;
    return isNote && drawn[at].key === key ? { ...note, ...now } : note;
  });
  return { ...graph, notes };
}

/** The graph without some notes. */
export function withoutNotes(graph, keys) {
  const drawn = readNotes(graph.notes);
  let at = -1;
  const notes = graph.notes.filter((note) => {
    const isNote = isPlain(note) && typeof note.text === "string";
    if (isNote) at++;
    return !isNote || !keys.includes(drawn[at].key);
  });
  return notes.length === graph.notes.length ? graph : { ...graph, notes };
}
