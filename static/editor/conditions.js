// @ts-check
/** Changes of conditions and branches: rows, groups, exits. Pure: steps and graphs come in, steps and graphs go out. */

import { appendAt, getAt, liquidOf, setAt, typeOf } from "./inspector_values.js";

/** Operators that look at the left value only, and those that compare with a list. */
export const NO_RIGHT = ["is_empty", "is_not_empty", "exists", "not_exists"];
export const LIST_RIGHT = ["in"];

/** A comparison that is not filled in yet. */
export const freshRow = () => ({ left: { $liquid: "" }, op: "eq", right: "" });

/** The row that a pointer leads into, and the part of it; null for any other pointer. */
export function rowPart(pointer) {
  const found = /^(.*)\/(left|op|right)$/.exec(pointer);
  return found && /^\/(branches\/\d+\/)?when(\/|$)/.test(pointer) ? { row: found[1], part: found[2] } : null;
}

/** The value to show in a field: a row that is only drawn shows a blank comparison. */
export function shownAt(node, pointer) {
  const place = rowPart(pointer);
  return place && getAt(node, place.row) === undefined ? freshRow()[place.part] : getAt(node, pointer);
}

/** Set one side of a comparison, or its operator. A row that is only drawn (an empty group shows one) comes to be. */
export function setRowPart(node, pointer, value) {
  const place = rowPart(pointer);
  if (!place) return setAt(node, pointer, value);
  const row = getAt(node, place.row) ?? freshRow();
  const next = place.part === "op" ? withOperator(row, value) : { ...row, [place.part]: value };
  return setAt(node, place.row, next);
}

/** A row with another operator, its right side fitting to it. */
export function withOperator(row, op) {
  const { right, ...rest } = row;
  if (NO_RIGHT.includes(op)) return { ...rest, op };
  const mapped = liquidOf(right) !== null;
  if (LIST_RIGHT.includes(op)) return { ...rest, op, right: mapped || Array.isArray(right) ? right : right === undefined || right === "" ? [] : [right] };
  return { ...rest, op, right: Array.isArray(right) ? (right[0] ?? "") : (right ?? "") };
}

/** The rows of a group and how they are joined; a lone comparison is a group of one. */
function groupAt(node, pointer) {
  const when = getAt(node, pointer);
  const mode = Array.isArray(when?.any) ? "any" : "all";
  if (Array.isArray(when?.[mode])) return { mode, items: when[mode] };
  return { mode, items: when && typeof when === "object" && "op" in when ? [when] : [] };
}

/** Add a comparison to a group. An empty group that showed a blank row gets that one and another. */
export function addCondition(node, pointer, row = freshRow()) {
  const { mode, items } = groupAt(node, pointer);
  const before = items.length || pointer.match(/\/(?:all|any)\/\d+$/) ? items : [freshRow()];
  return setAt(node, pointer, { [mode]: [...before, row] });
}

/** Add a group with one blank row to a group. */
export const addGroup = (node, pointer) => addCondition(node, pointer, { [groupAt(node, pointer).mode === "all" ? "any" : "all"]: [freshRow()] });

/** Join the rows of a group with all or any. */
export const setMode = (node, pointer, mode) => setAt(node, pointer, { [mode]: groupAt(node, pointer).items });

/** Take a row or a group away; the last row leaves an empty group. */
export function removeCondition(node, pointer) {
  if (/\/when$/.test(pointer)) return setAt(node, pointer, { all: [] });
  return setAt(node, pointer, undefined);
}

/** Add an exit to a branch step; `select` is its pointer. */
export function addBranch(node) {
  const branches = Array.isArray(node.config?.branches) ? node.config.branches : [];
  const taken = new Set([...branches.map((branch) => branch?.port), node.config?.else ?? "else"]);
  let n = branches.length + 1;
  while (taken.has(`branch_${n}`)) n++;
  return appendAt(node, "/branches", { port: `branch_${n}`, label: `Branch ${n}`, when: { all: [freshRow()] } });
}

/** Take a branch away, and the edges of its exit with it. @param {any} graph @param {string} key @param {string} pointer */
export function withoutBranch(graph, key, pointer) {
  const node = graph.nodes.find((one) => one.key === key);
  const port = getAt(node, `${pointer}/port`);
  const edges = graph.edges.filter((edge) => edge.source !== key || edge.port !== port);
  const nodes = graph.nodes.map((one) => (one === node ? setAt(one, pointer, undefined) : one));
  return { ...graph, nodes, edges };
}

/** What the drawn form of a step depends on, beyond the values in its fields: when this changes, the form is drawn again. */
export function shapeOf(node) {
  const config = node.config ?? {};
  switch (node.type) {
    case "logic.branch":
      return JSON.stringify([(config.branches ?? []).map?.((branch) => [branch?.port, conditionShape(branch?.when)]), config.else]);
    case "logic.filter":
      return JSON.stringify(conditionShape(config.when));
    case "trigger.webhook":
    case "trigger.called":
    case "trigger.manual":
      return config.verify + JSON.stringify(Array.isArray(config.fields) ? config.fields.map((field) => field?.type) : 0);
    case "trigger.schedule":
      return JSON.stringify([config.cron, config.timezone, config.every_minutes, config.at]);
    case "logic.wait":
      return ["seconds", "until", "window"].find((mode) => mode in config) ?? "seconds";
    default:
      return "";
  }
}

function conditionShape(when) {
  if (!when || typeof when !== "object") return 0;
  for (const mode of ["all", "any"]) if (Array.isArray(when[mode])) return [mode, ...when[mode].map(conditionShape)];
  const right = Array.isArray(when.right) ? when.right.map(typeOf) : when.right === "" ? "text" : typeOf(when.right);
  return ["row", liquidOf(when.left) ?? typeOf(when.left), when.op, right];
}
