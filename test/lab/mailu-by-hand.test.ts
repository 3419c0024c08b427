import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { volumeByHand } from './by-hand.ts';
import { changedLines, figure, json, NODES, plannedLines, provision, refusals } from './harness.ts';
import { exec } from './lab.ts';
import { DOMAIN, eventually, mailInventory, mailNodes, send } from './mail.ts';
import { nodeNamed } from './node.ts';
import { REGISTRY } from './registry.ts';
import { paths } from './state.ts';
import { failures, follow, on } from './steps.ts';

const ALICE = `alice@${DOMAIN}`;
const NETWORK = { name: 'mailu_default', subnet: '10.0.1.0/24' };

const FOLDERS =
  'redis certs data dkim mail mailqueue filter overrides/nginx overrides/dovecot overrides/postfix overrides/rspamd';

/** As the guide says: every service has the same variables, and `$ROOT` on all nodes. */
const ENVIRONMENT = `SECRET_KEY=made-by-hand-0123
DOMAIN=${DOMAIN}
HOSTNAMES=mail.${DOMAIN}
POSTMASTER=postmaster
TLS_FLAVOR=cert
SUBNET=${NETWORK.subnet}
PORTS=25,80,443,465,993,995,4190
ADMIN=true
WEBMAIL=none
WEBDAV=none
ANTIVIRUS=none
WEB_ADMIN=/admin
WEB_WEBMAIL=/webmail
MESSAGE_SIZE_LIMIT=50000000
RECIPIENT_DELIMITER=+
FETCHMAIL_ENABLED=false
SCAN_MACROS=false
`;

const service = (name: string, image: string, mounts: readonly string[], more = '') => `
  ${name}:
    image: ${REGISTRY}/${image}
    env_file: mailu.env
    volumes: [${mounts.map((mount) => `"${mount.startsWith('queue:') ? '' : '/mailu/'}${mount}"`).join(', ')}]
    networks: [default]
    healthcheck: { disable: true }${more}`;

const PORTS = [25, 80, 443, 465, 993, 995, 4190];
const STACK = `version: '3.7'
services:${service(
  'front',
  'mailu/nginx:2024.06',
  ['certs:/certs', 'overrides/nginx:/overrides'],
  `
    ports: [${PORTS.map((port) => `{ target: ${port}, published: ${port}, mode: host }`).join(', ')}]
    deploy: { mode: global, endpoint_mode: dnsrr }`,
)}${service(
  'redis',
  'redis:alpine',
  ['redis:/data'],
  `
    deploy: { endpoint_mode: dnsrr }`,
)}${service(
  'admin',
  'mailu/admin:2024.06',
  ['data:/data', 'dkim:/dkim'],
  `
    deploy: { endpoint_mode: dnsrr }`,
)}${service(
  'imap',
  'mailu/dovecot:2024.06',
  ['mail:/mail', 'overrides/dovecot:/overrides'],
  `
    deploy: { endpoint_mode: dnsrr }`,
)}${service(
  'smtp',
  'mailu/postfix:2024.06',
  ['queue:/queue', 'overrides/postfix:/overrides'],
  `
    deploy: { endpoint_mode: dnsrr }`,
)}${service(
  'antispam',
  'mailu/rspamd:2024.06',
  ['filter:/var/lib/rspamd', 'overrides/rspamd:/overrides'],
  `
    deploy: { endpoint_mode: dnsrr }`,
)}
networks: { default: { external: true, name: ${NETWORK.name} } }
# Not on the shared storage: the guide has it in the container.
volumes: { queue: {} }
`;

/** Runs a command in the container of admin, on whichever node it is. */
async function inAdmin(command: string): Promise<string> {
  for (const node of NODES) {
    const { code, stdout } = await exec(
      node,
      `admin=$(docker ps -q -f label=com.docker.swarm.service.name=mailu_admin | head -n 1); [ -n "$admin" ] || exit 99; docker exec -i "$admin" ${command}`,
    );
    if (code === 0) return stdout.trim();
    if (code !== 99) throw new Error(`${command} failed on ${node}`);
  }
  throw new Error('admin runs nowhere');
}

/** All that cannot be made again. */
async function kept() {
  const users = JSON.parse(await inAdmin('flask mailu config-export --json user.email')) as {
    user: { email: string }[];
  };
  return {
    cluster: await on('node-2', "docker info --format '{{.Swarm.Cluster.ID}}'"),
    nodes: (await on('node-1', "docker node ls --format '{{.ID}} {{.Hostname}}'")).split('\n').toSorted(),
    volume: await on('node-1', 'gluster volume info gv0 | grep "Volume ID"'),
    users: users.user.map(({ email }) => email).toSorted(),
    key: await on('node-3', `sha256sum </mailu/dkim/${DOMAIN}.dkim.key`),
    mail: await on(
      'node-2',
      'find /mailu/mail/alice@* -type f -path "*/new/*" -o -path "*/cur/*" -type f | wc -l',
    ),
    local: await on('node-3', 'docker volume ls --quiet --filter name=precious'),
    label: await on('node-1', "docker node inspect node-2 --format '{{.Spec.Labels.role}}'"),
    other: await on('node-1', "docker service ls --filter name=other --format '{{.Replicas}}'"),
    secret: await on('node-1', "docker secret ls --format '{{.Name}}' | grep -x theirs"),
  };
}

test('a site made by hand as the guide says is taken over: all is kept, and the next run changes nothing', async () => {
  await mailNodes();
  const file = mailInventory((mailu, tree) => {
    mailu.network = NETWORK;
    mailu.patience = 400;
    tree.storage = { kind: 'glusterfs', replica: 3, volume: 'gv0' };
  });
  const base = await json(file, '--stage', 'base', '--stage', 'docker', '--stage', 'resolver');
  expect({ code: base.code, failures: failures(base) }).toEqual({ code: 0, failures: [] });

  await volumeByHand(NODES, 'gv0', { mounted: NODES, files: 5 });
  await on('node-1', `cd /mailu && mkdir -p ${FOLDERS}`);
  // Dovecot's waits for locks hang on GlusterFS (glusterfs#4371): whoever has mail there has found this out.
  await exec('node-1', 'cat >/mailu/overrides/dovecot/dovecot.conf', '# of our own\nlock_method = dotlock\n');
  await exec('node-1', 'cat >/mailu/certs/cert.pem', readFileSync(paths.certificate, 'utf8'));
  await exec('node-1', 'cat >/mailu/certs/key.pem', readFileSync(paths.certificateKey, 'utf8'));
  const address = nodeNamed('node-1').address;
  await on('node-1', `docker swarm init --advertise-addr ${address} >/dev/null`);
  const token = await on('node-1', 'docker swarm join-token -q manager');
  for (const node of ['node-2', 'node-3'])
    await on(node, `docker swarm join --token ${token} ${address}:2377 >/dev/null`);
  await on(
    'node-1',
    `docker network create -d overlay --attachable --subnet ${NETWORK.subnet} ${NETWORK.name} >/dev/null`,
  );
  await on(
    'node-1',
    'docker node update --label-add role=db node-2 >/dev/null; echo x | docker secret create theirs - >/dev/null',
  );
  await on('node-3', 'docker volume create precious >/dev/null');
  await on(
    'node-1',
    `docker service create -d --name other --constraint node.labels.role==db --endpoint-mode dnsrr ${REGISTRY}/redis:alpine >/dev/null`,
  );
  await exec('node-1', 'cat >/root/mailu.env', ENVIRONMENT);
  await exec('node-1', 'cat >/root/stack.yml', STACK);
  await on('node-1', 'cd /root && docker stack deploy -c stack.yml mailu >/dev/null 2>&1');
  await eventually('admin takes a user', 300, async () => {
    await inAdmin(`flask mailu user alice ${DOMAIN} Secret-1`);
    return true;
  });
  await inAdmin(
    `sh -c 'printf "domain: [{name: ${DOMAIN}, dkim_key: -generate-}]" | flask mailu config-import --update -'`,
  );
  await eventually(
    'a message is taken',
    180,
    async () => (await send('node-1', 'by-hand', ALICE)) === undefined,
  );
  await eventually('and is in the mailbox', 150, async () => (await kept()).mail === '1').catch(
    async (error: Error) => {
      const said = await exec(
        'node-1',
        'for s in smtp imap front antispam; do echo "== $s"; docker service logs --raw --tail 12 mailu_$s 2>&1; done; docker stack ps mailu --no-trunc | head -20',
      );
      throw new Error(`${error.message}\n${said.stdout}`);
    },
  );
  const before = await kept();
  figure('made by hand', before);

  const first = await json(file);
  expect({
    code: first.code,
    codes: refusals(first).map(({ code }) => code),
    changed: changedLines(first),
  }).toEqual({
    code: 5,
    codes: ['database-on-shared-storage', 'queue-elsewhere'],
    changed: [],
  });
  for (const { fix } of refusals(first)) for (const line of fix) await follow(line);

  const plan = await provision('plan', file);
  expect({ code: plan.code, said: plan.stderr }).toEqual({ code: 0, said: expect.any(String) });
  figure('plan over a site made by hand, lines', plan.stdout.trimEnd().split('\n').length);
  process.stdout.write(plan.stdout);
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  const users = [...before.users, `postmaster@${DOMAIN}`].toSorted();
  expect(await kept()).toEqual({ ...before, users });
  expect(await on('node-1', 'head -n 2 /mailu/overrides/dovecot/dovecot.conf')).toBe(
    '# of our own\nlock_method = dotlock',
  );
  expect(await inAdmin(`sh -c 'cat "$SECRET_KEY_FILE"'`)).toBe('made-by-hand-0123');
  await eventually(
    'a message is taken after it',
    120,
    async () => (await send('node-2', 'after', ALICE)) === undefined,
  );

  const again = await json(file);
  expect({ code: again.code, planned: plannedLines(again) }).toEqual({ code: 0, planned: [] });
});
