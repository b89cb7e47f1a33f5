// @ts-check
/* The command bar: Ctrl/Cmd-K, type, arrows, Enter. The server finds; this file only moves the choice. */

const dialog = /** @type {HTMLDialogElement|null} */ (document.querySelector("[data-command]"));
if (dialog) {
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  const found = /** @type {HTMLElement} */ (dialog.querySelector(".found"));
  const entries = () => /** @type {HTMLElement[]} */ ([...found.querySelectorAll('[role="option"]')]);

  const choose = (/** @type {number} */ index) => {
    const all = entries();
    all.forEach((entry, at) => entry.setAttribute("aria-selected", String(at === index)));
    if (!all[index]) return field.removeAttribute("aria-activedescendant");
    all[index].id ||= `command-${index}`;
    field.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  };
  const chosen = () => entries().findIndex((entry) => entry.getAttribute("aria-selected") === "true");
  const open = () => {
    if (dialog.open) return dialog.close();
    document.querySelectorAll("dialog[open]").forEach((other) => /** @type {HTMLDialogElement} */ (other).close());
    field.value = "";
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
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const count = entries().length;
      if (count) choose((chosen() + step + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      entries()[Math.max(0, chosen())]?.click();
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target === field) choose(0);
  });
}
