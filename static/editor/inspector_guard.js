// @ts-check
/** An approval before a step that does harm when it runs for the wrong people: one click, one step of undo. */

import { freeKey } from "./graph.js";
import { positions } from "./places.js";

const ROOM = 150;
export const WAITS_FOR_ONE = 3 * 24 * 3600;

/** Whether a person has approved on every way that leads to a step. @param {any} graph @param {string} key @returns {boolean} */
export function isApproved(graph, key, seen = new Set()) {
  if (seen.has(key)) return true;
  seen.add(key);
  const into = graph.edges.filter((edge) => edge.target === key);
  return into.length > 0 && into.every((edge) =>
    (edge.port === "approved" && isApproval(graph.nodes.find((node) => node.key === edge.source))) || isApproved(graph, edge.source, seen));
}

const isApproval = (node) => node?.type === "logic.wait_for" && (node.config?.for ?? "approval") === "approval";

/**
 * The graph with an approval on every way to a step; what stands below makes room. The key of the approval is given too.
 * @param {any} graph @param {string} key @param {Record<string, {x: number, y: number}>} places
 */
export function withApproval(graph, key, places) {
  const node = graph.nodes.find((one) => one.key === key);
  if (!node || isApproved(graph, key)) return { graph, key: null };
  const made = freeKey("approval", new Set(graph.nodes.map((one) => one.key)));
  const at = places[key] ?? node.position ?? { x: 0, y: 0 };
  const below = followersOf(graph, key);
  const name = (node.name || key).slice(0, 120);
  const approval = {
    key: made,
    type: "logic.wait_for",
    name: `Approve “${name}”`,
    config: { for: "approval", question: `Shall “${name}” run?`, expires_seconds: WAITS_FOR_ONE },
    position: { x: at.x, y: at.y },
  };
  const nodes = graph.nodes.map((one) => {
    const place = places[one.key] ?? one.position;
    return below.has(one.key) && place ? { ...one, position: { x: place.x, y: place.y + ROOM } } : one;
  });
  const edges = graph.edges.map((edge) => (edge.target === key ? { ...edge, target: made } : edge));
  return { graph: { ...graph, nodes: [...nodes, approval], edges: [...edges, { source: made, port: "approved", target: key }] }, key: made };
}

function followersOf(graph, key) {
  const found = new Set([key]);
  for (const one of found) for (const edge of graph.edges) if (edge.source === one) found.add(edge.target);
  return found;
}

/** @param {import("./inspector_actions.js").Desk} desk @param {any} catalog */
export function guardActions(desk, catalog) {
  return {
    "require-approval"() {
      const key = desk.key();
      const before = desk.store.get().graph;
      const made = withApproval(before, key, catalog ? positions(before, catalog) : {});
      if (made.key === null) return desk.tell("An approval stands before this step already.");
      desk.store.commit("Require an approval", () => made.graph, { select: [key] });
      return desk.tell("An approval stands before this step now. Without one in three days the run goes on at “Not in time”.");
    },
  };
}

/** Say on the drawn form whether somebody has to approve, and offer it where nobody has. @param {HTMLElement} form @param {any} graph @param {string} key */
export function tellGuard(form, graph, key) {
  const notice = form.querySelector('[data-notice="destructive"]');
  if (!notice) return;
  const approved = isApproved(graph, key);
  const words = /** @type {HTMLElement|null} */ (notice.querySelector("[data-approved]"));
  const button = /** @type {HTMLElement|null} */ (notice.querySelector('[data-action="require-approval"]'));
  if (words) words.hidden = !approved;
  if (button) button.hidden = approved;
}
