// @ts-check
/** The simple forms of a schedule as cron text; helix/editor/forms/cron.py reads the same text back. Pure but for reading controls. */

/** @param {{mode: string, every?: string, minute?: string, time?: string, days?: string[], day?: string}} parts @returns {string|null} */
export function cronOf({ mode, every = "15", minute = "0", time = "09:00", days = ["1"], day = "1" }) {
  const [hour, min] = (time || "09:00").split(":").map((part) => String(Number(part)));
  const past = String(Math.min(59, Math.max(0, Math.trunc(Number(minute)) || 0)));
  switch (mode) {
    case "minutes": return every === "1" ? "* * * * *" : `*/${every} * * * *`;
    case "hours": return `${past} ${every === "1" ? "*" : `*/${every}`} * * *`;
    case "daily": return `${min} ${hour} * * *`;
    case "weekdays": return `${min} ${hour} * * 1-5`;
    case "weekly": return `${min} ${hour} * * ${days.length ? days.join(",") : "1"}`;
    case "monthly": return `${min} ${hour} ${day} * *`;
    default: return null;
  }
}

/** What the controls of a schedule say now; parts that are not drawn take over from `cron` where they can. @param {Element} schedule */
export function partsOf(schedule, cron = "") {
  const value = (name) => /** @type {HTMLInputElement|null} */ (schedule.querySelector(`[data-cron="${name}"]`))?.value || undefined;
  const days = [...schedule.querySelectorAll('[data-cron="day"]')].map((box) => /** @type {HTMLInputElement} */ (box));
  const old = /^(\d+) (\d+) /.exec(cron);
  const mode = value("mode") ?? "custom";
  return {
    mode,
    every: value("every") ?? (mode === "hours" ? "1" : "15"),
    minute: value("minute"),
    time: value("time") ?? (old ? `${old[2].padStart(2, "0")}:${old[1].padStart(2, "0")}` : undefined),
    days: days.length ? days.filter((box) => box.checked).map((box) => box.value) : undefined,
    day: value("month-day"),
  };
}

/** The settings without the three ways to say when. */
export function withoutTiming({ cron: _cron, every_minutes: _every, at: _at, ...rest }) {
  return rest;
}

/** The settings of a schedule that is no cron text: "interval" or "once"; null for the other modes. */
export function timingOf(mode, config) {
  if (mode === "interval") return { ...withoutTiming(config), every_minutes: 90 };
  return mode === "once" ? { ...withoutTiming(config), at: "" } : null;
}
