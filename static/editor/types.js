// @ts-check
/** The shapes that the editor's modules hand to each other: types only, no code. helix/flows/graph.py has the graph. */

/** @typedef {{x: number, y: number}} Point */
/**
 * @typedef {{key: string, type: string, name: string, connection?: string|null, config: Record<string, any>,
 *            position?: Point|null, retry?: any, timeout_seconds?: number|null, on_error?: string}} GraphNode
 */
/** @typedef {{source: string, port: string, target: string}} Edge */
/** @typedef {{format: number, nodes: GraphNode[], edges: Edge[], notes: any[]}} Graph */
/**
 * @typedef {{severity: "error"|"warning", code: string, message: string, hint: string, node: string|null,
 *            field: string|null, repair?: any}} Problem
 */
/** @typedef {{key: string, label: string}} Port */
/**
 * @typedef {{type: string, kind: "trigger"|"action"|"logic", family: string, title: string, help: string, icon: string,
 *            ports: Port[], needs_connection: boolean, integration: string|null, key_family?: string|null,
 *            destructive: string|null, deprecated: string|null, defaults: Record<string, any>}} StepType
 */
/** @typedef {{name: string, integration: string, region: string, sandbox: boolean, families: string[]}} Connection */
/** @typedef {{state: string, attempts?: number, duration_ms?: number|null, error?: any, port?: string|null}} StepRun */
/**
 * @typedef {{id: string, state: string, is_final?: boolean, url?: string|null, steps: Record<string, StepRun>}} Run
 */
/** @typedef {"saved"|"saving"|"unsaved"|"offline"} SaveState */
/**
 * @typedef {{graph: Graph, selected: string|null, selection: string[], edge: string|null, problems: Problem[],
 *            revision: number, save: SaveState, savedAt: string|null, mode: "edit"|"run"|"read", run: Run|null,
 *            canUndo: string|null, canRedo: string|null}} State
 */
export {};
