#!/bin/sh
# All tests: types, lint, unit tests, and the lab's on real nodes.
set -eu
. "$(dirname "$0")/set-up.sh"

npm run --silent lab -- up --fresh
npm run --silent typecheck
npm run --silent lint
npx vitest run --project unit --project long
# The nodes go whatever comes of the tests.
trap 'npm run --silent lab -- down' EXIT
npx vitest run --project lab
