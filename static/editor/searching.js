// @ts-check
/** Finding steps by words: names that begin with the words first, then names that have them, then what only mentions them. Pure. */

/**
 * What fits all words of a query, best first; everything, as it comes, for an empty query.
 * @template T
 * @param {T[]} items @param {string} query @param {(item: T) => {title: string, more: string}} textOf
 * @returns {T[]}
 */
export function search(items, query, textOf) {
  const wanted = query.trim().toLowerCase();
  const words = wanted.split(/\s+/).filter(Boolean);
  if (!words.length) return items;
  return items
    .map((item) => {
      const { title, more } = textOf(item);
      const name = title.toLowerCase();
      if (name.startsWith(wanted)) return { item, rank: 0 };
      if (words.every((word) => name.includes(word))) return { item, rank: 1 };
      return { item, rank: words.every((word) => `${name} ${more.toLowerCase()}`.includes(word)) ? 2 : 3 };
    })
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((found) => found.item);
}
