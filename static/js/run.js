// @ts-check
/* The run page: the list of steps, the picture and the detail follow one choice, and the address keeps it. */

const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-step-run]")]);

function mark(/** @type {string} */ key, /** @type {string} */ item) {
  rows().forEach((row) => {
    if (row.dataset.stepRun === key && (row.dataset.item ?? "") === item) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
  document.dispatchEvent(new CustomEvent("helix:step-chosen", { detail: { key } }));
}

/* The chosen step is in sight in its list; the page itself stays where it is. */
const trace = /** @type {HTMLElement|null} */ (document.querySelector(".trace"));
const current = /** @type {HTMLElement|null} */ (trace?.querySelector("[aria-current]"));
if (trace && current) trace.scrollTop = Math.max(0, current.offsetTop - trace.offsetTop - trace.clientHeight + 2 * current.offsetHeight);

document.addEventListener("click", (event) => {
  const node = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-canvas-root] [data-node]"));
  if (node) rows().find((row) => row.dataset.stepRun === node.dataset.node)?.click();
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const detail = /** @type {HTMLElement|null} */ (document.querySelector("[data-step-detail]"));
  if (ctx?.target?.id !== "step" || !detail) return;
  const key = detail.dataset.stepDetail ?? "";
  const item = detail.dataset.item ?? "";
  history.replaceState(history.state, "", `?${new URLSearchParams(item ? { step: key, item } : { step: key })}`);
  mark(key, item);
  if (matchMedia("(max-width: 1020px)").matches) document.getElementById("step")?.scrollIntoView({ block: "start" });
});
