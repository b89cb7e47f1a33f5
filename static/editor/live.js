// @ts-check
/** What is said aloud and shown for a moment: one polite region for screen readers, toasts for the eye. */

import { el, find, icon } from "./dom.js";

const LOOKS = { ok: ["circle-check", "success"], err: ["circle-alert", "error"], info: ["info", "info"] };

/** @param {HTMLElement} page the editor's element; the spoken region is made inside it */
export function createLive(page) {
  const spoken = el("div", { class: "sr-only", role: "status", "aria-live": "polite", "data-live": true });
  page.append(spoken);

  /** Say something to screen readers only. */
  function announce(text) {
    spoken.textContent = "";
    requestAnimationFrame(() => (spoken.textContent = text));
  }

  return {
    announce,
    /**
     * Show and say something for a few seconds.
     * @param {string} text
     * @param {{tone?: "ok"|"err"|"info", hint?: string, link?: {href: string, text: string}}} [more]
     */
    toast(text, { tone = "info", hint = "", link } = {}) {
      announce(`${text} ${hint}`);
      const [look, level] = LOOKS[tone];
      const box = el(
        "div",
        { class: `toast ${level}`, "data-toast": true },
        icon(look),
        el(
          "p",
          {},
          text,
          hint && el("small", { class: "toast-hint", text: hint }),
          link && el("a", { class: "toast-link", href: link.href, text: link.text }),
        ),
        el(
          "button",
          { class: "close", type: "button", "data-action": "close-toast", "aria-label": "Close" },
          icon("x"),
        ),
      );
      (find("[data-toasts]") ?? page).append(box);
      setTimeout(() => box.remove(), tone === "err" ? 9000 : 5000);
    },
  };
}
