// @ts-check
/* A small page in a dialog: a[data-sheet] shows the #sheet of the page that it leads to, without leaving this one. */

import { toast } from "./app.js";

/** @returns {HTMLDialogElement} */
function place() {
  const known = /** @type {HTMLDialogElement|null} */ (document.querySelector("dialog[data-sheet-place]"));
  if (known) return known;
  const made = document.createElement("dialog");
  made.className = "dialog wide";
  made.dataset.sheetPlace = "";
  made.addEventListener("close", () => made.replaceChildren());
  document.body.append(made);
  return made;
}

/** @param {HTMLDialogElement} dialog @param {string} html */
function show(dialog, html) {
  const form = new DOMParser().parseFromString(html, "text/html").getElementById("sheet");
  if (!form) return false;
  dialog.replaceChildren(form);
  const title = form.querySelector("h2");
  if (title) {
    title.id ||= "sheet-title";
    dialog.setAttribute("aria-labelledby", title.id);
  }
  if (!dialog.open) dialog.showModal();
  /** @type {HTMLElement|null} */ (form.querySelector('[role="alert"], [data-first]'))?.focus();
  return true;
}

document.addEventListener("click", async (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (at.closest("[data-sheet-close]") && at.closest("dialog")) {
    event.preventDefault();
    at.closest("dialog")?.close();
    return;
  }
  const link = /** @type {HTMLAnchorElement|null} */ (at.closest("a[data-sheet]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  const dialog = place();
  dialog.dataset.stays = link.dataset.sheet ?? "";
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || !show(dialog, await answer.text())) location.assign(link.href);
});

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const dialog = /** @type {HTMLDialogElement|null} */ (form.closest("dialog[data-sheet-place]"));
  if (!dialog) return;
  event.preventDefault();
  const body = new FormData(form);
  body.set("next", location.pathname + location.search);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer) toast("The server does not answer. Check the connection, then try again.", "error");
  else if (answer.type !== "opaqueredirect") show(dialog, await answer.text());
  else if (dialog.dataset.stays) {
    dialog.close();
    toast(dialog.dataset.stays, "success");
  } else location.reload();
});
