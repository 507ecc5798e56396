#!/usr/bin/env bash
# Generates timeslots.d.ts from the service's description; with --check compares instead, and type-checks the example.
# Where npm or its registry cannot be reached nothing is checked, and one line says so.
set -euo pipefail
cd "$(dirname "$0")"

skip() { echo "types: NOT CHECKED, $1: docs/typescript/timeslots.d.ts may differ from /openapi.json"; exit "$2"; }

generate() {
  npm exec --offline -- openapi-typescript ../../internal/api/reference/openapi.json \
    --root-types --root-types-no-schema-prefix --output "$1" >/dev/null
}

absent=1
if [ "${1:-}" = --check ]; then absent=0; fi
command -v npm >/dev/null || skip "npm is not installed" "$absent"

# Installed before from this very lock file: nothing to fetch.
if ! cmp -s package-lock.json node_modules/.installed; then
  log=$(mktemp)
  if ! npm ci --fetch-retries=1 --fetch-timeout=60000 >"$log" 2>&1; then
    npm view typescript version --fetch-retries=0 --fetch-timeout=15000 >/dev/null 2>&1 || skip "npm cannot reach its registry" "$absent"
    cat "$log"
    exit 1
  fi
  rm -f "$log"
  cp package-lock.json node_modules/.installed
fi

if [ "${1:-}" != --check ]; then
  generate timeslots.d.ts
  exit 0
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
generate "$fresh/timeslots.d.ts"
if ! diff -u timeslots.d.ts "$fresh/timeslots.d.ts" | head -40; then
  echo "types: docs/typescript/timeslots.d.ts is not what the description gives: run make types"
  exit 1
fi
npm exec --offline -- tsc --project .
echo "types: timeslots.d.ts is up to date, and the example fits it"
