// @ts-check
/**
 * Tidy up: places every step from top to bottom, arms in the order of their ports, joins centred under their block. Pure.
 * Rank = longest path; a join hangs from its immediate dominator (the step that opened the block). See docs on the layout.
 */

export const CARD_W = 248;
export const CARD_H = 76;
export const GAP_X = 40;
export const GAP_Y = 68;

/**
 * A place for every step: {key: {x, y}} of its top left corner, in whole pixels.
 * @param {{nodes: {key: string}[], edges: {source: string, port: string, target: string}[]}} graph cycles are cut, not refused
 * @param {(key: string, port: string) => number} order the port's place from left to right
 * @param {(key: string) => number} [width]
 */
export function layout(graph, order, width = () => CARD_W) {
  const keys = graph.nodes.map((node) => node.key);
  const known = new Set(keys);
  const out = Object.fromEntries(keys.map((key) => [key, /** @type {any[]} */ ([])]));
  for (const edge of graph.edges) if (known.has(edge.source) && known.has(edge.target)) out[edge.source].push(edge);
  for (const key of keys) out[key].sort((a, b) => order(key, a.port) - order(key, b.port));
  cutCycles(keys, out);
  const into = Object.fromEntries(keys.map((key) => [key, /** @type {any[]} */ ([])]));
  for (const key of keys) for (const edge of out[key]) into[edge.target].push(edge);

  const topo = topological(keys, out, into);
  const { parent, children } = dominators(topo, into);
  const isJoin = (key) => into[key].length > 1;
  const rank = ranks(topo, into, parent, children, isJoin);
  const place = (key, child) => out[key].findIndex((edge) => edge.target === child);
  const arms = (key) => children[key].filter((k) => !isJoin(k)).sort((a, b) => place(key, a) - place(key, b));
  const joins = (key) => children[key].filter(isJoin);

  const span = {};
  const spanOf = (list) => list.reduce((sum, key) => sum + span[key] + GAP_X, -GAP_X);
  for (const key of [...topo].reverse()) {
    span[key] = Math.max(width(key), spanOf(arms(key)), ...joins(key).map((k) => span[k]));
  }

  const x = {};
  const left = {};
  let free = 0;
  for (const key of topo) {
    if (parent[key] === undefined) {
      left[key] = free;
      free += span[key] + 2 * GAP_X;
    }
    x[key] = left[key] + (span[key] - width(key)) / 2;
    const list = arms(key);
    let at = left[key] + (span[key] - Math.max(0, spanOf(list))) / 2;
    for (const arm of list) {
      left[arm] = at;
      at += span[arm] + GAP_X;
    }
    for (const join of joins(key)) left[join] = left[key] + (span[key] - span[join]) / 2;
  }
  return Object.fromEntries(keys.map((key) => [key, { x: Math.round(x[key]), y: rank[key] * (CARD_H + GAP_Y) }]));
}

/** Drop the edges that lead back up, so that the rest has an order. */
function cutCycles(keys, out) {
  const mark = {};
  for (const root of keys) {
    if (mark[root]) continue;
    const stack = [{ key: root, at: 0 }];
    mark[root] = 1;
    while (stack.length) {
      const top = /** @type {any} */ (stack.at(-1));
      const edge = out[top.key][top.at];
      if (!edge) {
        mark[top.key] = 2;
        stack.pop();
      } else if (mark[edge.target] === 1) {
        out[top.key].splice(top.at, 1);
      } else {
        top.at += 1;
        if (!mark[edge.target]) {
          mark[edge.target] = 1;
          stack.push({ key: edge.target, at: 0 });
        }
      }
    }
  }
}

function topological(keys, out, into) {
  const waits = Object.fromEntries(keys.map((key) => [key, into[key].length]));
  const topo = [];
  const ready = keys.filter((key) => !waits[key]);
  for (let i = 0; i < ready.length; i++) {
    topo.push(ready[i]);
    for (const edge of out[ready[i]]) if (--waits[edge.target] === 0) ready.push(edge.target);
  }
  return topo;
}

/** The immediate dominator of each step, walking up by depth; none where two entries meet. */
function dominators(topo, into) {
  const parent = {};
  const depth = {};
  const children = Object.fromEntries(topo.map((key) => [key, /** @type {string[]} */ ([])]));
  for (const key of topo) {
    let found = into[key].length ? into[key][0].source : undefined;
    for (const edge of into[key].slice(1)) {
      let a = found;
      let b = edge.source;
      while (a !== b && a !== undefined && b !== undefined) {
        if (depth[a] >= depth[b]) a = parent[a];
        else b = parent[b];
      }
      found = a === b ? a : undefined;
    }
    parent[key] = found;
    depth[key] = found === undefined ? 0 : depth[found] + 1;
    if (found !== undefined) children[found].push(key);
  }
  return { parent, children };
}

/** Longest path from an entry; a join stands below everything of the block that it closes. */
function ranks(topo, into, parent, children, isJoin) {
  const rank = {};
  const index = Object.fromEntries(topo.map((key, i) => [key, i]));
  const above = (key) => (into[key].length ? Math.max(...into[key].map((edge) => rank[edge.source] ?? 0)) + 1 : 0);
  const bottom = (root, except) => {
    let lowest = 0;
    const stack = [root];
    while (stack.length) {
      const key = /** @type {string} */ (stack.pop());
      if (key === except || rank[key] === undefined) continue;
      lowest = Math.max(lowest, rank[key]);
      stack.push(...children[key]);
    }
    return lowest;
  };
  for (const key of topo) rank[key] = above(key);
  for (let moved = true, round = 0; moved && round < 50; round++) {
    moved = false;
    for (const key of topo) {
      let wanted = above(key);
      if (isJoin(key) && parent[key] !== undefined) {
        for (const arm of children[parent[key]]) {
          if (arm !== key && index[arm] < index[key]) wanted = Math.max(wanted, bottom(arm, key) + 1);
        }
      }
      if (wanted > rank[key]) {
        rank[key] = wanted;
        moved = true;
      }
    }
  }
  return rank;
}
