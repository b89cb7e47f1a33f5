// @ts-check
/* Narrow a page's entries while a person types: [data-filter="<selector>"]; groups without a hit are hidden. */

document.querySelectorAll("input[data-filter]").forEach((found) => {
  const input = /** @type {HTMLInputElement} */ (found);
  const entries = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(input.dataset.filter ?? "")]);
  const groups = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-group]")]);
  const nothing = /** @type {HTMLElement|null} */ (document.querySelector("[data-nothing]"));
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let hits = 0;
    for (const entry of entries) {
      const text = entry.textContent?.toLowerCase() ?? "";
      entry.hidden = !words.every((word) => text.includes(word));
      hits += entry.hidden ? 0 : 1;
    }
    for (const group of groups) {
      const some = Boolean(group.querySelector("[data-entry]:not([hidden])"));
      group.hidden = !some;
      if (group instanceof HTMLDetailsElement) group.open = some && words.length > 0;
    }
    nothing?.toggleAttribute("hidden", hits > 0);
  });
});
