// @ts-check
/** JSON as it is typed: its value, or the line where it breaks and what belongs there, in words. Pure. */

const TOKEN = /\s*([[\]{},:]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const SCALAR = /^["\-\dtfn]/;

/** @param {string} text @returns {{ok: true, value: any} | {ok: false, message: string}} */
export function readJson(text) {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const { at, wanted } = faultOf(text);
    const line = text.slice(0, at).split("\n").length;
    const found = text.slice(at).trim();
    const here = found ? `instead of “${found.slice(0, 12).split("\n")[0]}${found.length > 12 ? "…" : ""}”` : "at the end";
    return { ok: false, message: `Line ${line}: ${wanted} is needed ${here}.` };
  }
}

/** Where a text stops being JSON, and what should stand there. @param {string} text */
function faultOf(text) {
  let at = 0;
  /** @type {string|null} */
  let token = null;

  class Fault extends Error {}

  const skip = () => { while (/\s/.test(text[at] ?? "")) at++; };
  function next() {
    skip();
    TOKEN.lastIndex = at;
    token = TOKEN.exec(text)?.[1] ?? null;
    return token;
  }
  const take = () => { if (token !== null) at += token.length; };
  const fail = (wanted) => { throw new Fault(wanted); };

  function value() {
    const found = next();
    if (found === "{") return list("}", pair, "a name in double quotes or }");
    if (found === "[") return list("]", value, "a value or ]");
    if (found === null || !SCALAR.test(found)) fail("a value (text in double quotes, a number, true, false, null, { or [)");
    take();
  }
  function pair() {
    if (!next()?.startsWith('"')) fail("a name in double quotes");
    take();
    if (next() !== ":") fail("a colon");
    take();
    value();
  }
  function list(end, item, first) {
    take();
    if (next() === end) return take();
    if (token === null && !/["[{]/.test(text[at] ?? "")) fail(first);
    for (;;) {
      item();
      if (next() === end) return take();
      if (token !== ",") fail(`a comma or ${end}`);
      take();
    }
  }
  try {
    value();
    skip();
    return { at, wanted: "nothing more" };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    skip();
    return { at, wanted: error.message };
  }
}
