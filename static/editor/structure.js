// @ts-check
/** Building without a drag: add, connect, disconnect and move steps by choosing from lists. Canvas and outline, keys and buttons share it. */

import { edgeId, edgesFrom, edgesInto, inOrder, nodeOf, reasonAgainst } from "./graph.js";
import { byFamily, openMenu, stepItems } from "./menu.js";
import { movedAfter, movedEarlier, movedLater, reasonAgainstMove } from "./rearrange.js";
import { addedWords, connectedWords, exitName, placeWords, sourceWords } from "./saying.js";

/**
 * @param {{store: any, catalog: any, commands: any, say: (text: string) => void, refused: (reason: string) => void,
 *          added: (key: string) => void, back: (key: string|null) => void, beside: (key: string|null) => {x: number, y: number}}} parts
 *   added: a step came to be; back: the focus goes to this step, where the person works; beside: where a list opens
 */
export function createStructure({ store, catalog, commands, say, refused, added, back, beside }) {
  const graph = () => store.get().graph;
  const nameOf = (key) => nodeOf(graph(), key)?.name ?? key;

  /** A step of the flow as an entry of a list. */
  function itemOf(node, off = null) {
    const { icon, family } = catalog.of(node);
    return { value: node.key, title: node.name, icon, family, group: catalog.familyLabel(family), off };
  }

  /** The steps of the flow in reading order, but this one. */
  function others(key, off) {
    const order = inOrder(graph()).filter((one) => one !== key);
    return order.map((one) => itemOf(nodeOf(graph(), one), off(one)));
  }

  /** A connection as an entry of a list. */
  function wireItem(edge, key) {
    const other = nodeOf(graph(), edge.source === key ? edge.target : edge.source);
    const { icon, family } = catalog.of(other);
    const out = edge.source === key;
    return { value: edgeId(edge), title: `${sourceWords(graph(), catalog, edge)} → ${nameOf(edge.target)}`, icon, family, group: out ? "Leads to" : "Comes from" };
  }

  const structure = {
    /** The list of steps to add: for a "+" of the canvas, a wire let go in the open, or a key. */
    ask({ source, port, edge, at, x, y }) {
      const node = source ? nodeOf(graph(), source) : null;
      const wire = edge && graph().edges.find((one) => edgeId(one) === edge);
      const exit = node && port && catalog.ports(node).find((one) => one.key === port);
      const after = exit && catalog.ports(node).length > 1 ? `“${exitName(exit)}” of “${node.name}”` : `“${node?.name}”`;
      openMenu({
        title: wire ? `Add between “${nameOf(wire.source)}” and “${nameOf(wire.target)}”` : node ? `Add after ${after}` : "Add a step",
        ...{ x, y, items: stepItems(catalog, { triggers: !source && !edge }), tabs: port || !node ? [] : catalog.ports(node) },
        tab: port ?? (node && commands.openPort(node.key)) ?? null,
        pick: (type, tab) => {
          if (wire) added(commands.insertOnEdge(type, wire));
          else if (source) added(commands.insertAfter(type, source, tab ?? port ?? null, at ?? null));
          else added(commands.add(type));
        },
        dropped: () => back(source ?? wire?.target ?? null),
      });
    },

    addAfter(key, port = undefined) {
      if (key && !catalog.ports(nodeOf(graph(), key)).length) return refused(`“${nameOf(key)}” ends the flow: nothing can follow.`);
      structure.ask({ source: key ?? undefined, port, ...beside(key) });
    },

    addOn: (edge) => structure.ask({ edge: edgeId(edge), ...beside(edge.target) }),

    /** Between this step and one that leads to it; a choice when several do. */
    addBefore(key) {
      const into = edgesInto(graph(), key);
      if (!into.length) {
        const first = catalog.of(nodeOf(graph(), key)).kind === "trigger";
        return refused(first ? `“${nameOf(key)}” is a trigger: nothing comes before it.` : `Nothing leads to “${nameOf(key)}” yet: add a step elsewhere and connect it.`);
      }
      if (into.length === 1) return structure.addOn(into[0]);
      openMenu({
        ...{ title: `Add before “${nameOf(key)}”: on which way?`, items: into.map((edge) => wireItem(edge, key)), placeholder: "Search connections" },
        ...beside(key),
        pick: (id) => structure.addOn(into.find((edge) => edgeId(edge) === id)),
        dropped: () => back(key),
      });
    },

    connectTo(key, port = undefined) {
      const node = nodeOf(graph(), key);
      const ports = catalog.ports(node);
      if (!ports.length) return refused(`“${node?.name}” ends the flow: nothing can follow.`);
      const exit = port ?? commands.openPort(key) ?? ports[0].key;
      openMenu({
        title: `Connect ${port ? sourceWords(graph(), catalog, { source: key, port }) : `“${node?.name}”`} to`,
        items: byFamily(others(key, (one) => reasonAgainst(graph(), catalog, key, exit, one))),
        ...{ tabs: port ? [] : ports, tab: exit, placeholder: "Search the flow", ...beside(key) },
        pick: (target, tab) => {
          const edge = { source: key, port: tab ?? exit, target };
          const reason = commands.connect(edge.source, edge.port, target);
          if (reason) refused(reason);
          else say(connectedWords(graph(), catalog, edge));
          back(key);
        },
        dropped: () => back(key),
      });
    },

    /** Take one connection away. */
    disconnect(edge) {
      const told = connectedWords(graph(), catalog, edge, "No longer");
      if (commands.disconnect(edgeId(edge))) say(told);
      back(edge.source);
    },

    /** Take a connection of a step (or of one of its exits) away; a choice when there are several. */
    disconnectFrom(key, port = undefined) {
      const out = edgesFrom(graph(), key, port ?? null);
      const wires = port ? out : [...out, ...edgesInto(graph(), key)];
      if (!wires.length) return refused(`“${nameOf(key)}” has no connection${port ? " at this exit" : ""}.`);
      if (wires.length === 1) return structure.disconnect(wires[0]);
      openMenu({
        ...{ title: `Undo a connection of “${nameOf(key)}”`, items: wires.map((edge) => wireItem(edge, key)), placeholder: "Search connections" },
        ...beside(key),
        pick: (id) => {
          structure.disconnect(wires.find((edge) => edgeId(edge) === id));
          back(key);
        },
        dropped: () => back(key),
      });
    },

    /** Take a step out and put it behind another; both gaps heal. */
    moveBehind(key) {
      const reason = reasonAgainstMove(graph(), catalog, key);
      if (reason) return refused(reason);
      const ends = (one) => (catalog.ports(nodeOf(graph(), one)).length ? null : "It ends the flow.");
      openMenu({
        ...{ title: `Move “${nameOf(key)}” behind`, items: others(key, ends), placeholder: "Search the flow", ...beside(key) },
        pick: (source) => {
          const ports = catalog.ports(nodeOf(graph(), source));
          if (ports.length < 2) return put("Move", key, movedAfter(graph(), catalog, key, source, ports[0].key));
          const { icon, family } = catalog.of(nodeOf(graph(), source));
          openMenu({
            title: `At which exit of “${nameOf(source)}”?`,
            items: ports.map((port) => ({ value: port.key, title: exitName(port), icon, family, group: "Exits" })),
            ...{ placeholder: "Search exits", ...beside(key) },
            pick: (port) => put("Move", key, movedAfter(graph(), catalog, key, source, port)),
            dropped: () => back(key),
          });
        },
        dropped: () => back(key),
      });
    },

    /** One place earlier or later in its row. @param {"earlier"|"later"} way */
    shift: (key, way) => put(`Move ${way}`, key, (way === "earlier" ? movedEarlier : movedLater)(graph(), catalog, key)),

    /** What is said of a new step. */
    addedWords: (key) => addedWords(graph(), catalog, key),
  };

  function put(label, key, after) {
    if (typeof after === "string") refused(after);
    else if (store.commit(label, () => after, { select: [key] })) say(`${nameOf(key)} moved${placeWords(graph(), catalog, key)}`);
    back(key);
  }

  return structure;
}
