// @ts-check
/** The only file that calls fetch for data. Every answer is a value; only the network being away is an error. */

/** The network is away, or the server did not answer in time. */
export class Offline extends Error {}

const meta = () => document.querySelector('meta[name="csrf-token"]');
const csrf = () => meta()?.getAttribute("content") ?? "";

/** Who signs in again in another tab gets another token: take it from a fresh copy of this page. Whether there is a new one. */
async function freshToken() {
  try {
    const page = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
    const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector('meta[name="csrf-token"]');
    const token = found?.getAttribute("content") ?? "";
    if (!token || !page.ok || page.redirected || token === csrf()) return false;
    meta()?.setAttribute("content", token);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ask the server. Returns its status and what it said as JSON ({} when it said nothing readable). Raises Offline.
 * @param {string} method @param {string} url @param {any} [body]
 * @returns {Promise<{status: number, ok: boolean, data: any}>}
 */
export async function ask(method, url, body = undefined) {
  const answer = await send(method, url, body);
  return answer.status === 403 && method !== "GET" && (await freshToken()) ? send(method, url, body) : answer;
}

async function send(method, url, body) {
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
  if (answer.status === 404)
    return {
      message: "This flow is not here any more: somebody deleted it.",
      hint: "Your draft is kept in this browser; copy it into a new flow.",
    };
  if (answer.status >= 500)
    return {
      message: `The server has trouble (${answer.status}), so this did not reach it.`,
      hint: "Nothing is lost: what you changed is kept in this browser, and saving is tried again by itself.",
    };
  if (answer.status === 413)
    return { message: "This flow is too large to be saved.", hint: "Move part of it to a second flow." };
  return { message: `The server could not do that (${answer.status}).`, hint: "Try again in a moment." };
}
