// @ts-check
/** The one truth of the editor page: the graph, what is selected, what the server said, and the undo log. No DOM here. */

import { readNotes } from "./notes.js";

const FOLD_MS = 1000;

/**
 * Make a store. Graphs are never changed in place: a change is a function from a graph to a graph.
 * @param {any} initial {graph, mode, problems?, revision?, …}: whatever else is given is kept in the state as it is
 * @param {() => number} [now] milliseconds; tests bring their own clock
 */
export function createStore(initial, now = () => Date.now()) {
  let state = {
    selected: null,
    selection: [],
    chosenNotes: [],
    edge: null,
    problems: [],
    revision: 0,
    save: "saved",
    savedAt: null,
    mode: "edit",
    run: null,
    checked: initial.graph, // the graph that the problems are about
    ...initial,
    canUndo: null,
    canRedo: null,
  };
  /** @type {{label: string, before: any, after: any, merge: string|null, at: number, focus: string|null}[]} */
  let past = [];
  /** @type {typeof past} */
  let future = [];
  const listeners = new Set();

  function change(patch) {
    const before = state;
    state = { ...state, ...patch, canUndo: past.at(-1)?.label ?? null, canRedo: future.at(-1)?.label ?? null };
    for (const listener of [...listeners]) listener(state, before);
  }

  /** What stays selected when the graph becomes another one. */
  function kept(graph, keys = state.selection, notes = state.chosenNotes) {
    const here = new Set(graph.nodes.map((node) => node.key));
    const selection = keys.filter((key) => here.has(key));
    const selected = state.selected && selection.includes(state.selected) ? state.selected : (selection.at(-1) ?? null);
    const noted = new Set(readNotes(graph.notes).map((note) => note.key));
    const chosenNotes = notes.every((key) => noted.has(key)) ? notes : notes.filter((key) => noted.has(key));
    return { selection, selected, chosenNotes, edge: state.edge };
  }

  return {
    /** The state as it is now; never change it in place. */
    get: () => state,

    /**
     * Change the graph, as one step of undo. Commits with an equal `merge` tag within a second fold into one.
     * Returns whether anything changed.
     * @param {string} label what the person did, in words: it stands on the undo button
     * @param {(graph: any) => any} changeFn
     * @param {{merge?: string, select?: string[], notes?: string[]}} [options] select, notes: what is selected afterwards
     */
    commit(label, changeFn, options = {}) {
      if (state.mode !== "edit") return false;
      const before = state.graph;
      const after = changeFn(before);
      if (!after || after === before) return false;
      const last = past.at(-1);
      const at = now();
      if (options.merge && last?.merge === options.merge && at - last.at < FOLD_MS && !future.length) {
        past = [...past.slice(0, -1), { ...last, after, at }];
      } else {
        past = [...past.slice(-999), { label, before, after, merge: options.merge ?? null, at, focus: state.selected }];
      }
      future = [];
      const selection = options.select ?? state.selection;
      const notes = options.notes ?? (options.select ? [] : state.chosenNotes);
      change({ graph: after, ...kept(after, selection, notes), edge: null });
      return true;
    },

    /** Take back the last step; returns its label, or null when there is none. */
    undo() {
      const last = past.at(-1);
      if (!last || state.mode !== "edit") return null;
      past = past.slice(0, -1);
      future = [...future, last];
      change({
        graph: last.before,
        ...kept(last.before, touched(last.after, last.before) ?? state.selection),
        edge: null,
      });
      return last.label;
    },

    /** Do again what was taken back; returns its label, or null when there is none. */
    redo() {
      const next = future.at(-1);
      if (!next || state.mode !== "edit") return null;
      future = future.slice(0, -1);
      past = [...past, { ...next, at: 0 }];
      change({
        graph: next.after,
        ...kept(next.after, touched(next.before, next.after) ?? state.selection),
        edge: null,
      });
      return next.label;
    },

    /** Select steps: a key, keys, or null for none; and notes. The last step is the one in the inspector. */
    select(keys, notes = []) {
      const selection = keys == null ? [] : Array.isArray(keys) ? [...keys] : [keys];
      const selected = selection.at(-1) ?? null;
      const same =
        selection.length === state.selection.length && selection.every((key, i) => key === state.selection[i]);
      const sameNotes = notes.length === state.chosenNotes.length && notes.every((key, i) => key === state.chosenNotes[i]);
      if (same && sameNotes && selected === state.selected && state.edge === null) return;
      change({ selection, selected, chosenNotes: sameNotes ? state.chosenNotes : [...notes], edge: null });
    },

    /** Set what is not undone: problems, revision, save, run, edge, … A graph given here replaces all without an undo step. */
    set(patch) {
      if (patch.graph && patch.graph !== state.graph) {
        past = [];
        future = [];
        change({ ...patch, ...kept(patch.graph) });
        return;
      }
      if (Object.keys(patch).some((name) => state[name] !== patch[name])) change(patch);
    },

    /** Be told of every change: fn(state, before). Returns the function that ends it. */
    subscribe(fn) {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
  };
}

/** The steps that are new or other in `to`: where the eye should go after undo and redo. Null when only edges differ. */
function touched(from, to) {
  const old = new Map(from.nodes.map((node) => [node.key, node]));
  const keys = to.nodes.filter((node) => old.get(node.key) !== node).map((node) => node.key);
  return keys.length === 1 ? keys : null;
}
