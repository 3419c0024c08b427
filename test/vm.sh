#!/bin/sh
# NFS on three full machines, emulated: about half an hour.
set -eu
. "$(dirname "$0")/set-up.sh"
npx jiti test/vm/main.ts
