// @ts-check
/* What every page needs: theme, dialogs, menus, toasts, and the manners of htmx (lost connection, signed out, kept openness). */

const $ = (/** @type {string} */ selector, /** @type {ParentNode} */ root = document) => root.querySelector(selector);
const tokenOf = () => /** @type {HTMLMetaElement} */ ($('meta[name="csrf-token"]')).content;

/** Show a sentence in the corner; it goes by itself unless it is an error. */
export function toast(/** @type {string} */ text, /** @type {"info"|"success"|"warning"|"error"} */ level = "info") {
  const template = /** @type {HTMLTemplateElement} */ ($("#toast"));
  const drawn = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  drawn.classList.add(level);
  /** @type {HTMLElement} */ ($("p", drawn)).textContent = text;
  $("[data-toasts]")?.append(drawn);
  fade(drawn);
}

function fade(/** @type {HTMLElement} */ drawn) {
  if (!drawn.matches(".error, .warning")) setTimeout(() => drawn.remove(), 6000);
}
document.querySelectorAll("[data-toast]").forEach((drawn) => fade(/** @type {HTMLElement} */ (drawn)));
document.addEventListener("helix:toast", (event) => {
  const { text, level } = /** @type {CustomEvent} */ (event).detail;
  toast(text, level);
});

/* Theme: seen at once, kept by the server in a cookie and on the account. */
function theme(/** @type {string} */ chosen) {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.closest("[data-theme-menu]")) return;
  event.preventDefault();
  const chosen = /** @type {HTMLButtonElement} */ (event.submitter).value;
  theme(chosen);
  const body = new FormData(form);
  body.set("theme", chosen);
  fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": tokenOf(), "HX-Request": "true" } }).catch(() => {});
  form.closest("details")?.removeAttribute("open");
});

/* Dialogs: [data-opens="id"] opens, [data-action="close"] closes; so does a click beside it. One dialog can serve many rows:
   the opener says where its form goes (data-goes) and whom it is about (data-name). */
function about(/** @type {HTMLDialogElement} */ dialog, /** @type {HTMLElement} */ opener) {
  const form = $("form", dialog);
  if (opener.dataset.goes && form) /** @type {HTMLFormElement} */ (form).action = opener.dataset.goes;
  dialog.querySelectorAll("[data-fill-name]").forEach((place) => {
    if (place instanceof HTMLInputElement) place.value = opener.dataset.name ?? "";
    else place.textContent = opener.dataset.name ?? "";
  });
}
document.addEventListener("click", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  const opener = /** @type {HTMLElement|null} */ (at.closest("[data-opens]"));
  if (opener) {
    const dialog = /** @type {HTMLDialogElement|null} */ (document.getElementById(opener.dataset.opens ?? ""));
    if (dialog) {
      event.preventDefault();
      opener.closest("details.menu")?.removeAttribute("open");
      about(dialog, opener);
      dialog.showModal();
      const first = /** @type {HTMLInputElement|null} */ ($("[data-first]", dialog));
      first?.focus();
      first?.select?.();
    }
  }
  if (at.closest('[data-action="close"]')) at.closest("dialog")?.close();
  if (at instanceof HTMLDialogElement && at.matches(".dialog")) {
    const box = at.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) at.close();
  }
  if (at.closest('[data-action="close-toast"]')) at.closest("[data-toast]")?.remove();
  const copied = /** @type {HTMLElement|null} */ (at.closest("[data-copy]"));
  if (copied) navigator.clipboard?.writeText(copied.dataset.copy ?? "").then(() => toast("Copied.", "success"));
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(at)) menu.removeAttribute("open");
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  /** @type {HTMLElement|null} */ ($("summary", menu))?.focus();
});
document.querySelectorAll("dialog[data-open]").forEach((dialog) => /** @type {HTMLDialogElement} */ (dialog).showModal());
/* An address that ends in #open-<id> opens that dialog: the command bar leads there. */
function asked() {
  const opened = location.hash.startsWith("#open-") ? document.getElementById(location.hash.slice(6)) : null;
  if (opened instanceof HTMLDialogElement && !opened.open) {
    history.replaceState(null, "", location.pathname + location.search);
    opened.showModal();
    /** @type {HTMLElement|null} */ ($("[data-first]", opened))?.focus();
  }
}
addEventListener("hashchange", asked);
asked();

/* Forms that send themselves when a control changes, and forms that ask first. */
document.addEventListener("change", (event) => {
  const control = /** @type {HTMLInputElement} */ (event.target);
  if (control.matches("[data-submits]")) control.form?.requestSubmit();
});

/* htmx. What a person opened or chose stays so when a fragment is renewed around it. */
const KEPT = new Set(["open", "aria-current"]);
const { htmx } = /** @type {any} */ (window);
htmx.registerExtension("kept", {
  /** Only extensions hear of attributes; false leaves this one as it is. */
  htmx_before_morph_attr: (/** @type {Element} */ node, /** @type {{attrName: string}} */ { attrName }) =>
    !(KEPT.has(attrName) && node.closest("[data-keeps]")),
});

const polls = (/** @type {Event} */ event) => event.target instanceof Element && event.target.closest("[data-poll]");
function lost(/** @type {boolean} */ away) {
  document.querySelectorAll("[data-lost]").forEach((notice) => /** @type {HTMLElement} */ (notice).toggleAttribute("hidden", !away));
}
document.addEventListener("htmx:after:request", (event) => {
  const answer = /** @type {CustomEvent} */ (event).detail.ctx?.response;
  if (answer?.raw?.redirected && new URL(answer.raw.url).pathname.startsWith("/sign-in")) {
    event.preventDefault();
    location.reload(); // signed out meanwhile: the page itself leads to the door and back
  } else if (polls(event)) lost(answer?.status >= 500);
});
document.addEventListener("htmx:response:error", (event) => {
  const status = /** @type {CustomEvent} */ (event).detail.ctx?.response?.status;
  if (polls(event) || status === 422) return;
  const words = { 403: "Your role in this team does not allow that.", 404: "That is no longer there. Reload the page." };
  toast(words[/** @type {403|404} */ (status)] ?? "Helix could not do that: the server failed. Try again; if it stays so, look at its log.", "error");
});
document.addEventListener("htmx:error", (event) => {
  if (polls(event)) lost(true);
  else if (/** @type {CustomEvent} */ (event).detail.ctx?.request) toast("The server does not answer. Check the connection, then try again.", "error");
});

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  document.querySelectorAll("[data-mac]").forEach((key) => { key.textContent = /** @type {HTMLElement} */ (key).dataset.mac ?? ""; });
}
