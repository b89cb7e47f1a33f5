// @ts-check
/* The list of flows: choosing rows (with shift: all between), a clean address, and “/” for the search. */

const filters = /** @type {HTMLFormElement|null} */ (document.querySelector("[data-shelf-filters]"));
const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('.flows input[name="flow"]')]);
const every = () => /** @type {HTMLInputElement|null} */ (document.querySelector("[data-all-matching]"));

function tell() {
  const chosen = boxes().filter((box) => box.checked).length;
  const words = document.querySelector("[data-chosen-count]");
  if (words) words.textContent = every()?.checked ? "All flows that match" : chosen === 1 ? "1 flow chosen" : `${chosen || "No"} flow${chosen ? "s" : ""} chosen`;
  const here = /** @type {HTMLInputElement|null} */ (document.querySelector("[data-all-here]"));
  if (here) {
    here.checked = chosen > 0 && chosen === boxes().length;
    here.indeterminate = chosen > 0 && chosen < boxes().length;
  }
}

/** @type {HTMLInputElement|null} */
let last = null;
document.addEventListener("change", (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  if (box.matches("[data-all-here]")) boxes().forEach((each) => { each.checked = box.checked; });
  if (box.matches('[data-all-here], [data-all-matching], input[name="flow"]')) tell();
});
document.addEventListener("click", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (at.closest("[data-choose-none]")) {
    boxes().forEach((each) => { each.checked = false; });
    const all = every();
    if (all) all.checked = false;
    boxes()[0]?.focus();
    tell();
  }
  if (!(at instanceof HTMLInputElement) || at.name !== "flow") return;
  const all = boxes();
  const [from, to] = [last ? all.indexOf(last) : -1, all.indexOf(at)];
  if (event.shiftKey && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => { each.checked = at.checked; });
  last = at;
  tell();
});

/* Empty filters stay out of the address. */
filters?.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

document.addEventListener("keydown", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || at.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
  const field = /** @type {HTMLInputElement|null} */ (filters?.querySelector('[name="q"]') ?? null);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
document.addEventListener("htmx:after:swap", tell);

/* On a phone the folders are a strip: the open one is in sight. */
const strip = /** @type {HTMLElement|null} */ (document.querySelector(".folders"));
const open = /** @type {HTMLElement|null} */ (strip?.querySelector("[aria-current]"));
if (strip && open && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = open.offsetLeft - strip.offsetLeft - 40;
tell();
