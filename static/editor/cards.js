// @ts-check
/** How a step and a wire look. With canvas.js the only module that knows the vendored library. */

import {
  BaseEdge,
  EdgeLabelRenderer,
  Handle,
  Position,
  getSmoothStepPath,
  html,
  memo,
} from "../vendor/xyflow-react-12.12.1.js";
import { words } from "./catalog.js";
import { spriteUrl } from "./dom.js";
import { CARD_H } from "./layout.js";
import { COLOURS } from "./notes.js";
import { portX } from "./places.js";
import { durationWords, stateLook } from "./states.js";

/* The card's border is outside of what its parts are placed in. */
const BORDER = 1;

export const Icon = ({ name }) =>
  html`<svg className="icon" aria-hidden="true"><use href=${`${spriteUrl()}#${name}`} /></svg>`;

/** One step. `data` is made by views.js and is the same object as long as nothing of it changed. */
export const Card = memo(function Card({ data, selected }) {
  const { entry, node, ports, width } = data;
  const many = ports.length > 1;
  return html`
    <div className=${`step${selected ? " is-selected" : ""}`} data-family=${entry.family} style=${{ width }}>
      ${
        entry.kind !== "trigger" &&
        html`<${Handle} type="target" position=${Position.Top} id="in" data-port="in" isConnectableStart=${false} />`
      }
      <span className="step-icon"><${Icon} name=${entry.icon} /></span>
      <span className="step-text">
        <span className="step-kind"><span>${data.kindWords}</span>
          ${entry.destructive && html`<${Mark} tone="warn" icon="shield-alert" words=${entry.destructive} />`}
          ${entry.deprecated && html`<${Mark} tone="muted" icon="archive" words=${`Deprecated. ${entry.deprecated}`} />`}
        </span>
        <span className="step-name">${node.name || entry.title}</span>
        <span className="step-summary">${data.summary}</span>
      </span>
      ${data.run && html`<${RunBadge} run=${data.run} />`}
      ${
        data.errors > 0
          ? html`<${Trouble} tone="err" icon="circle-alert" count=${data.errors} words=${data.problemWords} />`
          : data.warnings > 0 &&
            html`<${Trouble} tone="warn" icon="triangle-alert" count=${data.warnings} words=${data.problemWords} />`
      }
      ${ports.map((port, i) => {
        const at = { x: portX(width, i, ports.length), room: width / ports.length };
        const open = data.open.has(port.key);
        return html`<${Exit} key=${port.key} port=${port} node=${node.key} many=${many} open=${open} at=${at} editable=${data.editable} />`;
      })}
    </div>`;
});

function Mark({ tone, icon, words: all }) {
  return html`<span className=${`mark ${tone}`} title=${all}><${Icon} name=${icon} /></span>`;
}

function Trouble({ tone, icon, count, words: all }) {
  return html`<span className=${`step-badge ${tone}`} title=${all}><${Icon} name=${icon} />${count}</span>`;
}

/** One exit of a step: the handle, its label, and a "+" while nothing follows. */
function Exit({ port, node, many, open, at, editable }) {
  const label = port.label || (many ? words(port.key) : "");
  const wrong = port.key === "error";
  const left = at.x - BORDER;
  const shown = label && (many || port.key !== "next");
  return html`
    <${Handle} type="source" position=${Position.Bottom} id=${port.key} data-port=${port.key} data-tone=${wrong ? "err" : undefined}
      style=${{ left }} isConnectableEnd=${false} title=${label ? `Exit “${label}”: drag to connect` : "Drag to connect"} />
    ${shown && html`<span className=${`exit-label${wrong ? " err" : ""}`} style=${{ left, maxWidth: at.room - 4 }}>${label}</span>`}
    ${
      open &&
      editable &&
      html`<span className=${`exit-open${label && many ? " labelled" : ""}`} style=${{ left }}>
      <button type="button" className="plus nodrag nopan" tabIndex=${-1} data-add-after=${node} data-add-port=${port.key}
        aria-label=${label ? `Add a step at “${label}”` : "Add the next step"} title="Add a step"><${Icon} name="plus" /></button>
    </span>`
    }`;
}

/** A sticky note: text for people, nothing for a run. note_hand.js listens to what is done to it. */
export const Note = memo(function Note({ data, selected }) {
  const { note, editable } = data;
  const tools = html`<span className="note-tools nodrag nopan">
    ${COLOURS.map(
      (colour) => html`<button key=${colour} type="button" className="note-colour" data-note-colour=${colour} data-colour=${colour}
        aria-pressed=${note.colour === colour} tabIndex=${-1} aria-label=${`Make the note ${colour}`} title=${words(colour)}></button>`,
    )}
    <button type="button" className="note-remove" tabIndex=${-1} data-note-remove="" aria-label="Delete the note" title="Delete the note"><${Icon} name="trash-2" /></button>
  </span>`;
  return html`
    <div className=${`note${selected ? " is-selected" : ""}`} data-colour=${note.colour} style=${{ width: note.width, height: note.height }}>
      <span className="note-head"><${Icon} name="sticky-note" />${editable && tools}</span>
      <textarea className="note-text nodrag nopan nowheel" data-note-text="" dir="auto" maxLength=${10_000} readOnly=${!editable}
        defaultValue=${note.text} aria-label="Text of the note" placeholder=${editable ? "Double-click to write" : ""}></textarea>
      ${editable && html`<span className="note-size nodrag nopan" data-note-size="" aria-hidden="true"></span>`}
    </div>`;
});

/** How many turns of a loop this step has behind it: "12 done, 1 failed". */
function turnWords(turns) {
  const failed = turns.failed ?? 0;
  return `${turns.succeeded ?? 0} done${failed ? `, ${failed} failed` : ""}`;
}

function RunBadge({ run }) {
  const look = stateLook(run.state);
  const more = [
    run.counts ? `${run.counts.done + run.counts.failed} of ${run.counts.planned}` : "",
    run.turns ? turnWords(run.turns) : "",
    !run.turns && run.attempts > 1 ? `${run.attempts} tries` : "",
    run.turns || run.state === "skipped" || !run.duration_ms ? "" : durationWords(run.duration_ms),
  ]
    .filter(Boolean)
    .join(" · ");
  return html`<span className=${`step-state ${look.tone}`}><${Icon} name=${look.icon} />${look.word}${more && html`<small>${more}</small>`}</span>`;
}

/** One wire, with a "+" in its middle. */
export const Wire = memo(function Wire({ id, sourceX, sourceY, targetX, targetY, selected, data }) {
  // A long wire turns close to where it arrives, so that it does not cross the cards on its way.
  const long = targetY - sourceY > CARD_H * 1.6;
  const [path, midX, midY] = getSmoothStepPath({
    ...{ sourceX, sourceY, targetX, targetY, sourcePosition: Position.Bottom, targetPosition: Position.Top },
    ...{ borderRadius: 12, offset: 22, ...(long ? /** @type {any} */ ({ centerY: targetY - 34 }) : {}) },
  });
  const [x, y] = long ? [sourceX, (sourceY + targetY) / 2 - 17] : [midX, midY];
  const transform = `translate(-50%, -50%) translate(${x}px, ${y}px)`;
  return html`
    <${BaseEdge} id=${id} path=${path} interactionWidth=${22} className=${data.look} />
    ${
      data.editable &&
      html`<${EdgeLabelRenderer}>
      <div className=${`wire-tools nodrag nopan${selected ? " is-selected" : ""}`} data-wire=${id} style=${{ transform }}>
        <button type="button" className="plus" tabIndex=${-1} data-add-on=${id} aria-label="Add a step here"
          title="Add a step here"><${Icon} name="plus" /></button>
        ${
          selected &&
          html`<button type="button" className="plus cut" tabIndex=${-1} data-cut=${id} aria-label="Remove this connection"
          title="Remove this connection"><${Icon} name="unlink" /></button>`
        }
      </div>
    <//>`
    }`;
});
