// @ts-check
/** Reading and changing one value inside a step, by pointer. Pure: steps come in, steps go out. */

import { readJson } from "./inspector_json.js";

/** @typedef {import("./types.js").GraphNode} GraphNode */

/** Value of a pointer that leads nowhere. */
export const ABSENT = undefined;

const unescape = (/** @type {string} */ part) => part.replaceAll("~1", "/").replaceAll("~0", "~");
export const escape = (/** @type {string|number} */ part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * Where a pointer leads, as names from the step down: "/a/0" is in its config, "@retry/on" is a setting of its own.
 * @param {string} pointer @returns {string[]}
 */
export function pathOf(pointer) {
  if (pointer.startsWith("@")) return pointer.slice(1).split("/").map(unescape);
  return ["config", ...pointer.split("/").slice(1).map(unescape)];
}

/** The pointer of what holds this one, and its last name. @param {string} pointer */
export function split(pointer) {
  const at = pointer.lastIndexOf("/");
  return { parent: pointer.slice(0, at), name: unescape(pointer.slice(at + 1)) };
}

/** The value at a pointer; ABSENT when there is none. @param {any} node @param {string} pointer */
export function getAt(node, pointer) {
  let now = node;
  for (const part of pathOf(pointer)) {
    if (now === null || typeof now !== "object" || !Object.hasOwn(now, part)) return ABSENT;
    now = now[part];
  }
  return now;
}

/**
 * The step with another value at a pointer; ABSENT removes it, from a list too. What holds it is made when it is missing.
 * @param {any} node @param {string} pointer @param {any} value @returns {any}
 */
export function setAt(node, pointer, value) {
  return put(node, pathOf(pointer), value);
}

function put(holder, path, value) {
  const [part, ...rest] = path;
  const list = Array.isArray(holder);
  const old = holder !== null && typeof holder === "object" && Object.hasOwn(holder, part) ? holder[part] : ABSENT;
  if (value === ABSENT && old === ABSENT) return holder;
  const made = rest.length ? put(old ?? (/^\d+$/.test(rest[0]) ? [] : {}), rest, value) : value;
  if (made === old) return holder;
  if (list) {
    const items = [...holder];
    if (made === ABSENT) items.splice(Number(part), 1);
    else items[Number(part)] = made;
    return items;
  }
  const base = holder !== null && typeof holder === "object" ? holder : {};
  if (made === ABSENT) {
    const { [part]: _gone, ...others } = base;
    return others;
  }
  return { ...base, [part]: made };
}

/** Take a value away; a list or table that it leaves empty goes too when `alsoHolder` says so. */
export function removeAt(node, pointer, alsoHolder = false) {
  const after = setAt(node, pointer, ABSENT);
  const { parent } = split(pointer);
  const left = parent ? getAt(after, parent) : ABSENT;
  const isEmpty = left && typeof left === "object" && Object.keys(left).length === 0;
  return alsoHolder && isEmpty ? setAt(after, parent, ABSENT) : after;
}

/** Put a value at the end of a list, which is made when it is missing. */
export function appendAt(node, pointer, value) {
  const list = getAt(node, pointer);
  return setAt(node, pointer, [...(Array.isArray(list) ? list : []), value]);
}

/** Move a member of a list by some places. */
export function moveAt(node, pointer, by) {
  const { parent, name } = split(pointer);
  const list = getAt(node, parent);
  const from = Number(name);
  const to = from + by;
  if (!Array.isArray(list) || to < 0 || to >= list.length) return node;
  const items = [...list];
  items.splice(to, 0, ...items.splice(from, 1));
  return setAt(node, parent, items);
}

/** Give an entry of an object another name, in its place. The same step when the name is taken or empty. */
export function renameAt(node, pointer, wanted) {
  const { parent, name } = split(pointer);
  const holder = getAt(node, parent);
  if (!holder || wanted === name || wanted === "" || Object.hasOwn(holder, wanted)) return node;
  return setAt(node, parent, Object.fromEntries(Object.entries(holder).map(([key, value]) => [key === name ? wanted : key, value])));
}

/** A name that is free in an object: "name", "name_2", … */
export function freeEntry(holder, base = "name") {
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}_${n}`;
    if (!holder || !Object.hasOwn(holder, name)) return name;
  }
}

/** The Liquid text of a mapped value, else null. */
export const liquidOf = (value) =>
  value && typeof value === "object" && typeof value.$liquid === "string" && Object.keys(value).length === 1 ? value.$liquid : null;

/** Whether a text has Liquid in it that is complete. */
export const hasLiquid = (text) => /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/.test(text);

/** A typed JSON value whose texts with Liquid are worked out in a run. What is written as an expression already stays one. */
export function withExpressions(value) {
  if (typeof value === "string") return hasLiquid(value) ? { $liquid: value } : value;
  if (value === null || typeof value !== "object" || liquidOf(value) !== null) return value;
  if (Array.isArray(value)) return value.map(withExpressions);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withExpressions(part)]));
}

/** The lines of a pasted list (a column of a sheet, JSON, or lines); null when it is one value. @param {string} text */
export function listOf(text) {
  const found = readJson(text);
  if (found.ok && Array.isArray(found.value)) return found.value;
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter(Boolean);
  return lines.length > 1 ? lines : null;
}

/** What the type switch calls a value. */
export function typeOf(value) {
  if (value === ABSENT || typeof value === "string") return "text";
  if (liquidOf(value) !== null) return "mapped";
  if (typeof value === "boolean" || typeof value === "number") return typeof value;
  return value === null ? "null" : "json";
}

/** The value as another type, keeping as much as can be kept. @param {any} value @param {string} type */
export function asType(value, type) {
  const text = typeof value === "string" ? value : value === null || value === ABSENT ? "" : JSON.stringify(value);
  if (type === "null") return null;
  if (type === "boolean") return /^(true|yes|1)$/i.test(text.trim());
  if (type === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : 0;
  if (type === "json") {
    const found = readJson(text);
    return found.ok && found.value !== null && typeof found.value === "object" ? found.value : {};
  }
  return text;
}

/**
 * What a control's text means for its kind. What cannot be read stays text: the check says what is wrong with it.
 * @param {string} kind @param {string} text @param {string} whenEmpty remove, keep or null
 */
export function parse(kind, text, whenEmpty = "remove") {
  if (kind === "liquid") return { $liquid: text };
  if (text === "") return whenEmpty === "remove" ? ABSENT : whenEmpty === "null" ? null : "";
  const trimmed = text.trim();
  if (kind === "integer" && /^[+-]?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  if (kind === "number" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (kind === "date-time") return instantOf(trimmed) ?? text;
  return text;
}

/** A moment as it is stored: with a zone as it was written, without one in the viewer's zone. Null when it is no moment. */
export function instantOf(text) {
  const full = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
  if (full.test(text)) return Number.isNaN(Date.parse(text)) ? null : text;
  const local = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?$/.exec(text);
  if (!local) return null;
  const moment = new Date(`${local[1]}T${local[2] ?? "00:00"}${local[3] ?? ":00"}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString().replace(".000Z", "Z");
}

/**
 * A graph mended by JSON-Patch operations (add, replace, remove). Positions of steps are looked up again by key, since the graph
 * may have changed after the check. The same graph when an operation does not fit.
 * @param {any} graph @param {any[]} patch @param {any} checked the graph that was checked, or null when it is this one
 */
export function repaired(graph, patch, checked = null) {
  let now = graph;
  for (const { op, path, value } of patch) {
    const parts = path.split("/").slice(1).map(unescape);
    if (parts[0] === "nodes" && checked && parts.length > 1 && parts[1] !== "-") {
      const index = graph.nodes.findIndex((node) => node.key === checked.nodes[Number(parts[1])]?.key);
      if (index < 0) return graph;
      parts[1] = String(index);
    }
    if (parts[0] === "edges" && checked && checked.edges !== graph.edges && parts.length > 1 && parts[1] !== "-") {
      const wanted = checked.edges[Number(parts[1])];
      const same = (edge) => edge.source === wanted?.source && edge.port === wanted.port && edge.target === wanted.target;
      const index = graph.edges.findIndex(same);
      if (index < 0) return graph;
      parts[1] = String(index);
    }
    now = patched(now, parts, op, value);
  }
  return now;
}

function patched(holder, parts, op, value) {
  const [part, ...rest] = parts;
  if (part === undefined) return value;
  if (Array.isArray(holder)) {
    const at = part === "-" ? holder.length : Number(part);
    const items = [...holder];
    if (rest.length) items[at] = patched(items[at] ?? {}, rest, op, value);
    else if (op === "remove") items.splice(at, 1);
    else items.splice(at, op === "replace" ? 1 : 0, value);
    return items;
  }
  const base = holder && typeof holder === "object" ? holder : {};
  if (rest.length) return { ...base, [part]: patched(base[part] ?? (/^(\d+|-)$/.test(rest[0]) ? [] : {}), rest, op, value) };
  if (op !== "remove") return { ...base, [part]: value };
  const { [part]: _gone, ...others } = base;
  return others;
}
