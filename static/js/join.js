// @ts-check
/* At the door of an invitation: the browser's time zone, unless the person wrote one. */
const field = /** @type {HTMLInputElement|null} */ (document.getElementById("timezone"));
if (field && field.value === "UTC") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
