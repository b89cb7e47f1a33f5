// @ts-check
/** Asks the server for drawn parts of the page. Every answer is {html} or {trouble}: a sentence for a person. */

/**
 * @param {string} url @param {any} [body] posted as JSON; without it the part is fetched @param {AbortSignal} [signal]
 * @returns {Promise<{html: string, trouble?: undefined} | {trouble: string, html?: undefined} | null>} null when it was given up
 */
export async function askForHtml(url, body = undefined, signal = undefined) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  try {
    const answer = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      credentials: "same-origin",
      headers: { Accept: "text/html", ...(body === undefined ? {} : { "Content-Type": "application/json", "X-CSRFToken": token }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) return { trouble: "You are signed out. Sign in again in another tab: nothing is lost here." };
    if (answer.ok || answer.status === 400) return { html: await answer.text() };
    if (answer.status === 403) return { trouble: "Your role in this team does not allow this." };
    return { trouble: `The server could not draw this (${answer.status}). Try again in a moment.` };
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return null;
    return { trouble: "The server cannot be reached. Your changes are kept; this part is drawn as soon as you are online." };
  }
}

/** Parse a drawn part. The server escaped everything that people wrote. @param {string} html */
export function fragmentOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}
