// @ts-check
/* Times on pages: "3 min ago" stays true, countdowns count, and an account without a zone gets the browser's. */

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** "in 2 min", "3 h ago"; within a day only. Null otherwise: the date itself is clearer. */
export function relative(/** @type {number} */ then, /** @type {number} */ now) {
  const gap = Math.abs(then - now);
  if (gap >= DAY) return null;
  const words = gap < 5 * SECOND ? "" : gap < MINUTE ? `${Math.round(gap / SECOND)} s` : gap < HOUR ? `${Math.floor(gap / MINUTE)} min` : `${Math.floor(gap / HOUR)} h`;
  if (!words) return then > now ? "in a moment" : "just now";
  return then > now ? `in ${words}` : `${words} ago`;
}

/** "1:05" or "2 h 03 min" until an instant. */
export function left(/** @type {number} */ gap) {
  const seconds = Math.max(0, Math.ceil(gap / SECOND));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  if (seconds >= 86400) return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

const zoneMeta = /** @type {HTMLMetaElement|null} */ (document.querySelector('meta[name="viewer-zone"]'));
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const adopts = zoneMeta?.content === "UTC" && here && here !== "UTC";

/* Whoever asked for less motion sees a countdown move in steps of ten seconds. */
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const CALM_STEP = 10 * SECOND;

function render() {
  const now = Date.now();
  document.querySelectorAll("time[data-relative]").forEach((drawn) => {
    const then = Date.parse(/** @type {HTMLTimeElement} */ (drawn).dateTime);
    const words = relative(then, now);
    if (words && drawn.textContent !== words) drawn.textContent = words;
  });
  document.querySelectorAll("[data-countdown]").forEach((drawn) => {
    const { countdown, words: spoken } = /** @type {HTMLElement} */ (drawn).dataset;
    const exact = Date.parse(countdown ?? "") - now;
    const gap = calm.matches ? Math.ceil(exact / CALM_STEP) * CALM_STEP : exact;
    const words = gap > 0 ? (spoken === undefined ? left(gap) : `in ${left(gap)}`) : spoken === undefined ? "now" : "any moment now";
    if (drawn.textContent !== words) drawn.textContent = words;
  });
}

/* An account that never chose a zone takes the browser's, once; this page's dates are redrawn in it at once. */
if (adopts && zoneMeta) {
  const body = new FormData();
  body.set("timezone", here);
  const token = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]')).content;
  fetch(zoneMeta.dataset.keep ?? "", { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => {});
  const format = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  document.querySelectorAll("time[data-moment]").forEach((drawn) => {
    drawn.textContent = format.format(new Date(/** @type {HTMLTimeElement} */ (drawn).dateTime)).replace(",", "");
  });
}
render();
setInterval(render, SECOND);
document.addEventListener("htmx:after:swap", render);
