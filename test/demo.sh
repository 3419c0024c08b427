#!/bin/sh
# From nothing to a swarm of three nodes with storage and a resolver on this machine, and a look at it. The nodes stay up.
set -eu
. "$(dirname "$0")/set-up.sh"

npm run --silent lab -- up --fresh --internet
node bin/provision.js inventory/lab.yaml --yes
node bin/provision.js inventory/lab.yaml --yes
node bin/provision.js status inventory/lab.yaml
echo
echo 'The nodes stay up. Look around with: npm run lab -- ssh node-1'
echo 'Take them away with:                 npm run lab -- down'
