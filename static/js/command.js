// @ts-check
/* The command bar: Ctrl/Cmd-K, type, arrows, Enter. The server finds; this file moves the choice and remembers what was chosen. */

const MOST = 12;
const dialog = /** @type {HTMLDialogElement|null} */ (document.querySelector("[data-command]"));
if (dialog) {
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector('input[type="search"]'));
  const remembered = /** @type {HTMLInputElement} */ (dialog.querySelector("#command-recent"));
  const found = /** @type {HTMLElement} */ (dialog.querySelector(".found"));
  const entries = () => /** @type {HTMLElement[]} */ ([...found.querySelectorAll('[role="option"]')]);

  /* Only keys like “flow:<id>” are kept in the browser, per team; names come from the server each time. */
  const place = `helix.recent.${dialog.dataset.command}`;
  const recent = () => {
    try {
      return (localStorage.getItem(place) ?? "").split(",").filter(Boolean);
    } catch {
      return []; // storage is switched off
    }
  };
  const remember = (/** @type {string} */ key) => {
    try {
      localStorage.setItem(place, [key, ...recent().filter((each) => each !== key)].slice(0, MOST).join(","));
    } catch { /* storage is switched off */ }
  };

  const opened = /\/flows\/([0-9a-f-]{36})\/$/.exec(location.pathname);
  if (opened) remember(`flow:${opened[1]}`);

  const choose = (/** @type {number} */ index) => {
    const all = entries();
    all.forEach((entry, at) => {
      entry.id = `command-${at}`;
      entry.setAttribute("aria-selected", String(at === index));
    });
    if (!all[index]) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", all[index].id);
    if (index === 0) found.scrollTop = 0;
    else all[index].scrollIntoView({ block: "nearest" });
  };
  const chosen = () => entries().findIndex((entry) => entry.getAttribute("aria-selected") === "true");
  const open = () => {
    if (dialog.open) return dialog.close();
    document.querySelectorAll("dialog[open]").forEach((other) => /** @type {HTMLDialogElement} */ (other).close());
    field.value = "";
    remembered.value = recent().join(",");
    dialog.showModal();
    field.focus();
    field.dispatchEvent(new CustomEvent("open"));
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest('[data-action="command"]')) open();
  });
  found.addEventListener("click", (event) => {
    const entry = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-key]"));
    if (entry?.dataset.key) remember(entry.dataset.key);
    /* A link to this very page with another fragment does not load it anew: the bar is out of the way then. */
    if (entry) setTimeout(() => dialog.close(), 0);
  });
  field.addEventListener("keydown", (event) => {
    const all = entries();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (all.length) choose((chosen() + step + all.length) % all.length);
    } else if (event.key === "Home" && event.ctrlKey) choose(0);
    else if (event.key === "End" && event.ctrlKey) choose(all.length - 1);
    else if (event.key === "Enter") {
      event.preventDefault();
      all[Math.max(0, chosen())]?.click();
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target !== field) return;
    choose(0);
    const count = entries().length;
    const said = dialog.querySelector("[data-command-count]");
    if (said) said.textContent = count ? `${count} found` : (found.textContent?.trim() ?? "");
  });
}
