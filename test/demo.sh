#!/bin/sh
# From nothing to a mail stack on three nodes of this machine, and a message sent and read. The nodes stay up.
set -eu
. "$(dirname "$0")/set-up.sh"

npm run --silent lab -- up --fresh --internet --registry
export NODE_EXTRA_CA_CERTS=/var/lib/provision-lab/mail/ca.pem # who signed the certificate of the lab
node bin/provision.js inventory/lab.yaml --yes
node bin/provision.js inventory/lab.yaml --yes
node bin/provision.js status inventory/lab.yaml
node bin/provision.js check inventory/lab.yaml
echo
echo 'The nodes stay up. Look around with: npm run lab -- ssh node-1'
echo 'Take them away with:                 npm run lab -- down'
