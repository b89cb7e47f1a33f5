// The cast of these tests: a catalogue of four kinds of steps, and graphs made of them.
import { createCatalog } from "../../../static/editor/catalog.js";
import { createCommands } from "../../../static/editor/commands.js";
import { createStore } from "../../../static/editor/store.js";

const entry = (type, kind, ports, more = {}) => ({
  type, kind, family: "logic", title: more.title ?? type, help: "", icon: "x", ports, needs_connection: false, integration: null,
  destructive: null, deprecated: null, defaults: {}, ...more,
});
const NEXT = [{ key: "next", label: "" }];

export const catalog = createCatalog(
  [
    entry("trigger.manual", "trigger", NEXT, { title: "Manual start" }),
    entry("customerio.get_segments", "action", NEXT, { title: "List segments", needs_connection: true, integration: "customerio", key_family: "app" }),
    entry("logic.branch", "logic", [], { title: "Branch", defaults: { branches: [{ port: "yes", label: "Yes" }], else: "no" } }),
    entry("logic.stop", "logic", [], { title: "Stop" }),
  ],
  [
    { name: "track only", integration: "customerio", region: "eu", sandbox: false, families: ["track"] },
    { name: "production", integration: "customerio", region: "eu", sandbox: false, families: ["track", "app"] },
  ],
);

export const node = (key, type = "customerio.get_segments", config = {}) => ({ key, type, name: key, config });
export const branch = (key) => node(key, "logic.branch", { branches: [{ port: "yes", label: "Yes" }], else: "no" });
export const edge = (text) => {
  const [source, port, target] = text.split(/[.>]/);
  return { source, port, target };
};
/** graph([node("a"), node("b")], "a.next>b") */
export const graph = (nodes, ...edges) => ({ format: 1, nodes, edges: edges.map(edge), notes: [] });

export function editor(begin) {
  const clock = { now: 0 };
  const store = createStore({ graph: begin, mode: "edit" }, () => clock.now);
  return { store, commands: createCommands(store, catalog), clock, edges: () => store.get().graph.edges.map((e) => `${e.source}.${e.port}>${e.target}`).sort() };
}

/** A small repeatable source of chance. */
export function chance(seed) {
  let state = seed;
  const next = () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648);
  return { next, below: (n) => Math.floor(next() * n) };
}
