// @ts-check
/** Plain DOM, without markup in strings: what the pages' policy allows and what never lets a name become HTML. */

/**
 * An element. Props: class, text, any attribute (false and null are left out, true is an empty one), on: {event: listener}.
 * @param {string} tag @param {Record<string, any>} [props] @param {...(Node|string|null|false|undefined)} children
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "on")
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name.startsWith("aria-") && typeof value === "boolean") element.setAttribute(name, String(value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(
    ...children
      .filter((child) => child !== null && child !== false && child !== undefined)
      .map((c) => /** @type {any} */ (c)),
  );
  return element;
}

/** Where the icons are: the page says it, since the file's name carries its hash. */
export const spriteUrl = () => document.querySelector('meta[name="icon-sprite"]')?.getAttribute("content") ?? "";

/** A Lucide icon of the sprite, as decoration. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteUrl()}#${name}`);
  svg.append(use);
  return svg;
}

/** The first element that a selector finds, or nothing at all. @param {string} selector @param {ParentNode} [within] @returns {any} */
export const find = (selector, within = document) => within.querySelector(selector);

/** Whether a person is typing here, so that single keys must stay text. @param {EventTarget|null} target */
export function isTyping(target) {
  const element =
    target instanceof Element ? target.closest("input, textarea, select, [contenteditable='true']") : null;
  return (
    !!element &&
    !(element instanceof HTMLInputElement && ["checkbox", "radio", "button", "range"].includes(element.type))
  );
}

/** Keep a floating element inside the window, its corner near a point. @param {HTMLElement} element */
export function placeNear(element, x, y) {
  const { width, height } = element.getBoundingClientRect();
  element.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  element.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

/** A modal dialog with a title; it leaves the page when it closes. Focus goes back to where it was. */
export function openDialog({ title, body, buttons = [], name, wide = false }) {
  const opener = document.activeElement;
  const dialog = el(
    "dialog",
    { class: wide ? "dialog wide" : "dialog", "data-dialog": name, "aria-labelledby": `dialog-${name}` },
    el(
      "div",
      { class: "body" },
      el(
        "header",
        { class: "dialog-head" },
        el("h2", { id: `dialog-${name}`, text: title }),
        el(
          "button",
          {
            class: "button ghost icon small",
            type: "button",
            "aria-label": "Close",
            on: { click: () => dialog.close() },
          },
          icon("x"),
        ),
      ),
      ...[body].flat(),
      buttons.length > 0 && el("div", { class: "actions" }, ...buttons),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
