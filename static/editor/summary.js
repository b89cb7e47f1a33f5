// @ts-check
/** What a card says under its name: the step's settings in a few words. Pure. */

import { words } from "./catalog.js";

/** @param {import("./types.js").GraphNode} node */
export function summaryOf(node) {
  const config = node.config ?? {};
  const own = OWN[node.type];
  return own ? own(config) : firstValues(config);
}

const OWN = {
  "trigger.manual": (config) => {
    const fields = Array.isArray(config.fields) ? config.fields : [];
    return fields.length ? `Asks for ${list(fields.map((field) => field.label || field.name))}` : "Asks for nothing";
  },
  "trigger.schedule": (config) => [config.at ? `Once, ${text(config.at)}` : config.every_minutes ? `Every ${text(config.every_minutes)} minutes` : cronInWords(config.cron), config.timezone].filter(Boolean).join(" · "),
  "logic.branch": (config) => {
    const branches = Array.isArray(config.branches) ? config.branches : [];
    if (branches.length === 1) return condition(branches[0].when);
    return branches.length
      ? `${branches.length} cases, else ${config.else ? words(config.else) : "nothing"}`
      : "No cases yet";
  },
  "logic.filter": (config) => condition(config.when),
  "logic.set": (config) => list(Object.keys(config.values ?? {})) || "No values yet",
  "logic.join": (config) => (config.mode === "any" ? "Goes on with the first" : "Waits for all"),
  "logic.wait": (config) =>
    config.until ? `Until ${text(config.until)}` : config.seconds ? `For ${duration(config.seconds)}` : "No time set",
  "logic.stop": (config) =>
    [config.outcome === "fail" ? "Ends as failed" : "Ends as succeeded", text(config.message ?? "")]
      .filter(Boolean)
      .join(": "),
};

function firstValues(config) {
  return Object.entries(config)
    .filter(
      ([, value]) =>
        value !== null && value !== "" && value !== false && typeof text(value) === "string" && text(value),
    )
    .slice(0, 2)
    .map(([name, value], i) => (i === 0 && typeof value === "string" ? value : `${words(name)}: ${text(value)}`))
    .join(" · ");
}

/** A value as a person reads it; references without their braces. @returns {string} */
export function text(value) {
  if (value && typeof value === "object") {
    if (typeof value.$liquid === "string") return readable(value.$liquid);
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    return size ? `${size} ${Array.isArray(value) ? "items" : size === 1 ? "value" : "values"}` : "";
  }
  return value === true ? "yes" : String(value ?? "");
}

/** "{{ steps.segments.data.segments | size }}" -> "segments (size)": the last word of a path says most. */
function readable(liquid) {
  return liquid.replace(/\{\{-?\s*([\s\S]*?)\s*-?\}\}/g, (_, inner) => {
    const [path, ...filters] = inner.split("|").map((part) => part.trim());
    const last = path.split(".").filter(Boolean).at(-1) ?? path;
    const names = filters.map((filter) => filter.split(":")[0]);
    return last + (names.length ? ` (${names.join(", ")})` : "");
  });
}

const OPERATORS = {
  eq: "=",
  ne: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  contains: "contains",
  not_contains: "lacks",
  starts_with: "starts with",
  ends_with: "ends with",
  in: "is one of",
  is_empty: "is empty",
  is_not_empty: "is not empty",
  exists: "is known",
  not_exists: "is unknown",
  matches: "matches",
};
const ALONE = new Set(["is_empty", "is_not_empty", "exists", "not_exists"]);

/** A condition in a line: its first row, and how many more there are. */
export function condition(when) {
  const rows = when?.all ?? when?.any ?? (when?.op ? [when] : []);
  if (!rows.length) return "No condition yet";
  const first = rows[0];
  if (!first.op) return `${rows.length} groups of conditions`;
  const right = ALONE.has(first.op)
    ? ""
    : ` ${Array.isArray(first.right) ? first.right.join(", ") : text(first.right)}`;
  const more = rows.length > 1 ? ` ${when.any ? "or" : "and"} ${rows.length - 1} more` : "";
  return `${text(first.left)} ${OPERATORS[first.op] ?? first.op}${right}${more}`;
}

/** Seconds in words; a mapped value as it reads. */
export function duration(seconds) {
  if (typeof seconds !== "number") return text(seconds);
  for (const [unit, size] of /** @type {[string, number][]} */ ([
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ])) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}${seconds === size ? "" : "s"}`;
  }
  return `${seconds} second${seconds === 1 ? "" : "s"}`;
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The common cron lines in words; others as they are. */
export function cronInWords(cron) {
  if (typeof cron !== "string" || !cron.trim()) return "No time set";
  const [minute, hour, day, month, weekday, extra] = cron.trim().split(/\s+/);
  if (extra !== undefined || weekday === undefined || month !== "*") return cron;
  const every = (part) => /^\*\/(\d+)$/.exec(part)?.[1];
  const rest = day === "*" && weekday === "*";
  if (rest && hour === "*" && minute === "*") return "Every minute";
  if (rest && hour === "*" && every(minute)) return `Every ${every(minute)} minutes`;
  if (rest && hour === "*" && /^\d+$/.test(minute)) return `Every hour at :${minute.padStart(2, "0")}`;
  if (rest && every(hour) && /^\d+$/.test(minute)) return `Every ${every(hour)} hours`;
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return cron;
  const at = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (rest) return `Every day ${at}`;
  if (day === "*" && weekday === "1-5") return `Weekdays ${at}`;
  if (day === "*" && /^[0-7]$/.test(weekday)) return `${DAYS[Number(weekday)]}s ${at}`;
  if (weekday === "*" && /^\d+$/.test(day)) return `Day ${day} of the month, ${at}`;
  return cron;
}

function list(items) {
  const shown = items.slice(0, 3).join(", ");
  return items.length > 3 ? `${shown} and ${items.length - 3} more` : shown;
}
