// Everything the editor's canvas.js and cards.js may use, as one ES module.
export * from "@xyflow/react";
export {
  createElement, Fragment, memo, startTransition, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState,
  useSyncExternalStore,
} from "react";
export { createRoot } from "react-dom/client";
export { flushSync } from "react-dom";
import htm from "htm";
import { createElement } from "react";
export const html = htm.bind(createElement);
