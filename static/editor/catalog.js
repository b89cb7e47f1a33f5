// @ts-check
/** What kinds of steps there are, as the server told; the page knows nothing of its own about a type. */

/** @typedef {import("./types.js").StepType} StepType */

export const FAMILIES = {
  triggers: "Triggers",
  people: "People",
  events: "Events",
  segments: "Segments",
  messages: "Messages",
  broadcasts: "Broadcasts",
  workspace: "Workspace",
  logic: "Logic",
  http: "HTTP",
};

/** @param {StepType[]} entries @param {import("./types.js").Connection[]} [connections] */
export function createCatalog(entries, connections = []) {
  const byType = new Map(entries.map((entry) => [entry.type, entry]));
  const unknown = (type) =>
    /** @type {StepType} */ ({
      type,
      kind: "action",
      family: "unknown",
      title: type,
      help: "This installation does not know this kind of step.",
      icon: "circle-help",
      ports: [{ key: "next", label: "" }],
      needs_connection: false,
      integration: null,
      destructive: null,
      deprecated: null,
      defaults: {},
    });
  const get = (type) => byType.get(type) ?? unknown(type);

  return {
    entries: entries.filter((entry) => !entry.hidden),
    connections,
    get,
    has: (type) => byType.has(type),
    /** The type of a node. */
    of: (node) => get(node.type),
    /** The exits of a node, from left to right, as its config has them. */
    ports: (node) => portsOf(node, get(node.type)),
    familyLabel: (family) =>
      FAMILIES[family] ?? entries.find((entry) => entry.family === family)?.family_title ?? family,
    /** The connection a new step begins with: the one its neighbours use, else the first that fits; null when none does. */
    connectionFor(entry, graph) {
      if (!entry.needs_connection) return null;
      const fits = connections.filter(
        (one) =>
          one.integration === entry.integration && (!entry.key_family || one.families.includes(entry.key_family)),
      );
      const used = graph.nodes.map((node) => node.connection).filter((name) => fits.some((one) => one.name === name));
      return used.at(-1) ?? fits[0]?.name ?? null;
    },
  };
}

function portsOf(node, entry) {
  const ports = node.type === "logic.branch" ? branchPorts(node.config ?? {}) : entry.ports;
  if (node.on_error !== "branch" || ports.some((port) => port.key === "error")) return ports;
  return [...ports, { key: "error", label: "On error" }];
}

/** A port a branch, in order, then the one for "none of them": as in helix/flows/steps/logic.py. */
function branchPorts(config) {
  const labels = new Map();
  for (const branch of Array.isArray(config.branches) ? config.branches : []) {
    if (typeof branch?.port === "string" && branch.port && !labels.has(branch.port)) {
      labels.set(branch.port, branch.label || branch.port);
    }
  }
  const otherwise = typeof config.else === "string" && config.else ? config.else : "else";
  if (!labels.has(otherwise)) labels.set(otherwise, "Otherwise");
  return [...labels].map(([key, label]) => ({ key, label }));
}

/** "not_found" -> "Not found". */
export const words = (name) => {
  const text = String(name)
    .replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)
    .replace(/[_-]+/g, " ")
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
