// @ts-check
/** The address of a webhook trigger: its secret, listening for a delivery, and a delivery as the sample of the step. */

import { setAt } from "./inspector_values.js";
import { Offline, ask, refusal } from "./transport.js";

const LOOK_MS = 3000;
const LOOKS = 300;

/** @param {import("./inspector_actions.js").Desk} desk @param {string} url */
export function webhookActions(desk, url) {
  let looking = 0;

  /** What the server says to an act, or null when it refused: then that was told. @param {string} act @param {any} [more] */
  async function act(act, more = {}) {
    try {
      const answer = await ask("POST", url, { node: desk.key(), act, ...more });
      if (answer.ok) return answer.data;
      const { message, hint } = refusal(answer);
      desk.tell([message, hint].filter(Boolean).join(" "));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      desk.tell("The server cannot be reached. Try again when you are online.");
    }
    return null;
  }

  /** Look every few seconds until something new has come, the step is left, or the time is over. */
  function lookOut(newest) {
    clearInterval(looking);
    const key = desk.key();
    let left = LOOKS;
    looking = window.setInterval(async () => {
      if (desk.key() !== key || left-- <= 0) return clearInterval(looking);
      const found = await act("look");
      if (!found || found.newest === newest) return;
      clearInterval(looking);
      desk.tell("A delivery has come.");
      desk.redraw();
    }, LOOK_MS);
  }

  const part = (button, name) => button.closest("[data-webhook]")?.querySelector(name);

  async function replace(value, words) {
    if (!(await act("replace", { value }))) return;
    desk.tell(words);
    desk.redraw();
  }

  return {
    async "reveal-secret"(button) {
      const found = await act("reveal");
      const place = part(button, "[data-secret]");
      if (!found || !place) return;
      place.textContent = found.secret;
      place.hidden = false;
    },

    "renew-secret": () => replace("", "There is a new secret. The one before is good for 24 hours more."),

    "enter-secret"(button) {
      const value = part(button, "[data-new-secret]")?.value.trim() ?? "";
      if (!value) return desk.tell("Enter the secret first.");
      return replace(value, "The secret is in place. The one before is good for 24 hours more.");
    },

    async listen() {
      const found = await act("listen");
      if (!found) return;
      desk.tell("Listening for 15 minutes: call the address now.");
      desk.redraw();
      lookOut(found.newest);
    },

    "look-again": () => desk.redraw(),

    "use-sample"(button) {
      const sample = JSON.parse(button.dataset.sample);
      desk.change("Use a delivery as sample", (node) => setAt(node, "/sample", sample));
      desk.tell("Later steps know now what is in a delivery.");
      desk.redraw();
    },

    async "run-delivery"(button) {
      const delivery = button.closest("[data-delivery]")?.dataset.delivery;
      const found = await act("again", { delivery });
      if (!found) return;
      desk.tell("A run began with this delivery.");
      desk.redraw();
    },
  };
}
