// @ts-check
/** Lone references in words: `{{ steps.segments.data.segments | size }}` reads “List segments › segments › number of items”. Pure. */

const LONE = /^\s*\{\{-?\s*([A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\]|{}]*\])*)\s*((?:\|[^{}]*)?)-?\}\}\s*$/;
const FILTERS = { size: "number of items", first: "first item", last: "last item" };

/** The path and filters of a lone reference; null for any other text. @param {string} text */
export function loneOf(text) {
  const found = LONE.exec(text);
  if (!found) return null;
  return { path: found[1], filters: found[2].split("|").slice(1).map((part) => part.trim()) };
}

/**
 * A lone reference as words, from general to special; null for any other text.
 * @param {string} text @param {any} graph @returns {string[]|null}
 */
export function wordsOf(text, graph) {
  const lone = loneOf(text);
  if (!lone) return null;
  const parts = lone.path.match(/[^.[\]"']+/g) ?? [];
  const words = [];
  if (parts[0] === "steps" && parts[1]) {
    const node = graph.nodes.find((one) => one.key === parts[1]);
    words.push(node ? node.name || node.key : `${parts[1]} (gone)`);
    const rest = parts.slice(2);
    words.push(...(rest[0] === "data" && rest.length > 1 ? rest.slice(1) : rest));
  } else {
    words.push({ trigger: "Trigger", run: "This run", flow: "This flow" }[parts[0]] ?? parts[0], ...parts.slice(1));
  }
  const read = words.map((word, i) => (i && /^\d+$/.test(word) ? `item ${Number(word) + 1}` : word));
  return [...read, ...lone.filters.map((filter) => FILTERS[filter] ?? filter)];
}
