// Puts names with versions on what esbuild made, copies htmx, draws the icon sprite, collects the licences, writes the manifest.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const out = process.argv[2];
const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const version = (name) => lock[`node_modules/${name}`].version;
const clean = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");

renameSync(`${out}/xyflow-react.js`, `${out}/xyflow-react-${version("@xyflow/react")}.js`);
renameSync(`${out}/xyflow-react.css`, `${out}/xyflow-react-${version("@xyflow/react")}.css`);
const htmx = version("htmx.org");
writeFileSync(`${out}/htmx-${htmx}.min.js`, clean(readFileSync("node_modules/htmx.org/dist/htmx.min.js", "utf8")));
writeFileSync(`${out}/hx-sse-${htmx}.min.js`, clean(readFileSync("node_modules/htmx.org/dist/ext/hx-sse.min.js", "utf8")));

const LOOK =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const names = [...new Set(readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean))].sort();
const symbols = names.map((name) => {
  const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "").trim();
  return `<symbol id="${name}" ${LOOK}>${shapes}</symbol>`;
});
writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

const shipped = Object.keys(lock).filter((path) => path && !lock[path].dev && !lock[path].optional && !path.includes("@types/"));
const licences = shipped.sort().map((path) => {
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(`${path}/${file}`, "utf8").trim() : `${lock[path].license} (the package carries no licence file)`;
  return `${path.replace("node_modules/", "")} ${lock[path].version} — ${lock[path].license}\n\n${text}\n`;
});
writeFileSync(`${out}/LICENSES.txt`, `What static/vendor is made of, and under which licence.\n\n${licences.join(`\n${"-".repeat(100)}\n\n`)}`);

const files = readdirSync(out).sort();
const sha256 = (name) => createHash("sha256").update(readFileSync(`${out}/${name}`)).digest("hex");
const packages = Object.fromEntries(
  shipped.map((path) => [path.replace("node_modules/", ""), { version: lock[path].version, integrity: lock[path].integrity }]),
);
const manifest = {
  how: "static/vendor/build/build.sh",
  esbuild: version("esbuild"),
  files: Object.fromEntries(files.map((name) => [name, { sha256: sha256(name) }])),
  packages,
};
writeFileSync(`${out}/manifest.json`, `${JSON.stringify(manifest, null, 1)}\n`);
