#!/bin/sh
# Builds static/vendor from the packages pinned in package-lock.json. Maintainers only; needs Node 20 and npm.
# Byte for byte repeatable: run it twice and `git status` stays clean. Works in a temporary directory, leaves no node_modules.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/xyflow-react.js" "$here/collect.mjs" "$here/icons.txt" "$work"
cd "$work"
if grep -q '"resolved"' package-lock.json; then
  echo 'package-lock.json names the mirror it was made with: remove its "resolved" lines.' >&2
  exit 1
fi
npm ci --ignore-scripts --no-audit --no-fund
npx esbuild xyflow-react.js --bundle --format=esm --minify --target=es2022 --charset=utf8 \
  '--define:process.env.NODE_ENV="production"' --legal-comments=none --outfile=out/xyflow-react.js
# Written here, not kept as a file: collectstatic would look for what it imports.
echo '@import "@xyflow/react/dist/base.css" layer(vendor);' > xyflow.css
npx esbuild xyflow.css --bundle --minify --target=es2022 --legal-comments=none --outfile=out/xyflow-react.css
node collect.mjs out
rm -f "$here"/../*.js "$here"/../*.css "$here"/../icons.svg "$here"/../LICENSES.txt "$here"/../manifest.json
cp out/* "$here/.."
