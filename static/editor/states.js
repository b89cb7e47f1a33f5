// @ts-check
/** The states of runs and steps as a person meets them: a word, an icon, a tone. Colour never stands alone. */

const STATES = {
  queued: ["Queued", "clock", "muted"],
  pending: ["Not yet", "circle-dashed", "muted"],
  ready: ["Ready", "circle-dot", "info"],
  running: ["Running", "loader-circle", "info"],
  waiting: ["Waiting", "hourglass", "info"],
  unknown: ["Needs your answer", "circle-help", "warn"],
  succeeded: ["Succeeded", "circle-check", "ok"],
  failed: ["Failed", "circle-x", "err"],
  pinned: ["Pinned", "pin", "info"],
  skipped: ["Skipped", "skip-forward", "muted"],
  cancelled: ["Cancelled", "ban", "muted"],
  timed_out: ["Timed out", "alarm-clock", "err"],
};

/** @param {string} state */
export function stateLook(state) {
  const [word, icon, tone] = STATES[state] ?? [state, "circle-help", "muted"];
  return { word, icon, tone };
}

const FINAL = new Set(["succeeded", "failed", "cancelled", "timed_out"]);
export const isFinal = (run) => !!run && (run.is_final ?? FINAL.has(run.state));

/** "820 ms", "3.4 s", "2 min 5 s". @param {number|null|undefined} ms */
export function durationWords(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
