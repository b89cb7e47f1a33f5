// @ts-check
/** The only file that calls fetch for data. Every answer is a value; only the network being away is an error. */

/** The network is away, or the server did not answer in time. */
export class Offline extends Error {}

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

/**
 * Ask the server. Returns its status and what it said as JSON ({} when it said nothing readable). Raises Offline.
 * @param {string} method @param {string} url @param {any} [body]
 * @returns {Promise<{status: number, ok: boolean, data: any}>}
 */
export async function ask(method, url, body = undefined) {
  let response;
  try {
    response = await fetch(url, {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(method === "GET" ? {} : { "X-CSRFToken": csrf() }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    throw new Offline("The server cannot be reached.");
  }
  const signedOut = response.redirected && new URL(response.url).pathname.startsWith("/sign-in");
  const data = await response.json().catch(() => ({}));
  return { status: signedOut ? 401 : response.status, ok: response.ok && !signedOut, data };
}

/** What to tell a person about an answer that is not the wished one: {message, hint}. */
export function refusal(answer) {
  const error = answer.data?.error;
  if (error?.message) return { message: error.message, hint: error.hint ?? "" };
  if (answer.status === 401 || answer.status === 403) {
    return {
      message: "You are signed out, or may not change this flow.",
      hint: "Sign in in another tab, then try again: nothing is lost here.",
    };
  }
  if (answer.status === 413)
    return { message: "This flow is too large to be saved.", hint: "Move part of it to a second flow." };
  return { message: `The server could not do that (${answer.status}).`, hint: "Try again in a moment." };
}
