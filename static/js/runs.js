// @ts-check
/* The list of runs: choosing rows, and newer runs that come in by themselves while nobody is busy with the list. */

const form = /** @type {HTMLFormElement|null} */ (document.getElementById("choose"));
const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('#choose input[name="run"]')]);
const all = /** @type {HTMLInputElement|null} */ (document.querySelector("[data-all-matching]"));

function tell() {
  const chosen = boxes().filter((box) => box.checked).length;
  const every = Boolean(all?.checked);
  const words = document.querySelector("[data-chosen-count]");
  if (words) words.textContent = every ? "All runs that match" : chosen === 0 ? "No run chosen" : chosen === 1 ? "1 run chosen" : `${chosen} runs chosen`;
  document.querySelector("[data-chosen-bar]")?.toggleAttribute("data-some", every || chosen > 0);
  const here = /** @type {HTMLInputElement|null} */ (document.querySelector("[data-all-here]"));
  if (here) {
    here.checked = chosen > 0 && chosen === boxes().length;
    here.indeterminate = chosen > 0 && chosen < boxes().length;
  }
}

const { htmx } = /** @type {any} */ (window);
let last = -1;
form?.addEventListener("change", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (box.matches("[data-all-here]")) boxes().forEach((each) => { each.checked = box.checked; });
  tell();
});
/* Shift and a click choose all between. */
form?.addEventListener("click", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (!box.matches('input[name="run"]')) return;
  const at = boxes().indexOf(box);
  if (event.shiftKey && last >= 0) boxes().slice(Math.min(at, last), Math.max(at, last) + 1).forEach((each) => { each.checked = box.checked; });
  last = at;
  tell();
});

/* On a phone the states are a strip: the chosen one is in sight. */
const strip = /** @type {HTMLElement|null} */ (document.querySelector(".states"));
const state = /** @type {HTMLElement|null} */ (strip?.querySelector("[aria-current]"));
if (strip && state) strip.scrollLeft = state.offsetLeft - strip.offsetLeft - 40;

/* Newer runs are shown at once only to someone who stands at the top, has chosen nothing and points at nothing. */
const idle = () =>
  scrollY < 24 && !document.hidden && !all?.checked && !boxes().some((box) => box.checked) &&
  !document.querySelector("#runs:hover, .run-search :focus, .run-filters :focus, #runs :focus-visible, dialog[open], details[open].menu");
document.addEventListener("htmx:after:swap", () => {
  tell();
  const newer = /** @type {HTMLAnchorElement|null} */ (document.querySelector("[data-newer]"));
  if (newer && idle()) htmx.ajax("GET", newer.href, { target: "#runs", select: "#runs", swap: "outerMorph" });
});
tell();
