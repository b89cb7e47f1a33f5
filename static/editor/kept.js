// @ts-check
/** Work that is not saved yet, kept in this browser: one place a page, so that two tabs never overwrite each other's. */

/**
 * @typedef {{graph: any, base: any, base_revision: number, at: string}} Kept
 * @param {string} flowId
 */
export function createKept(flowId) {
  const all = `helix:draft:${flowId}@`;
  const mine = `${all}${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
  // Held as long as this page lives: another tab does not take its copy for one left behind.
  void navigator.locks?.request(mine, () => new Promise(() => {})).catch(() => {});

  /** What storage does not allow only costs the safety net; the indicator still says "not saved". */
  function tried(act, otherwise) {
    try {
      return act();
    } catch {
      return otherwise;
    }
  }

  async function living() {
    const locks = await Promise.resolve(navigator.locks?.query()).catch(() => undefined);
    return new Set((locks?.held ?? []).map((lock) => lock.name));
  }

  return {
    /** @param {Kept} work @returns {boolean} whether it is kept */
    keep: (work) => tried(() => (localStorage.setItem(mine, JSON.stringify(work)), true), false),

    /** What this page kept is saved now, or undone. */
    forget: () => tried(() => localStorage.removeItem(mine), undefined),

    /** Copies that pages left behind, newest first; unreadable ones are not among them. @returns {Promise<{name: string, work: Kept}[]>} */
    async leftBehind() {
      const alive = await living();
      const names = tried(() => Object.keys(localStorage), []).filter((name) => name.startsWith(all) && name !== mine && !alive.has(name));
      return names
        .map((name) => ({ name, work: tried(() => JSON.parse(localStorage.getItem(name) ?? "null"), null) }))
        .filter(({ work }) => Array.isArray(work?.graph?.nodes))
        .sort((a, b) => String(b.work.at).localeCompare(String(a.work.at)));
    },

    /** One that was brought back or thrown away. @param {string} name */
    drop: (name) => tried(() => localStorage.removeItem(name), undefined),
  };
}
