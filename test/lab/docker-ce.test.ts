import { beforeAll, expect, test } from 'vitest';
import { dockerRepository } from './docker-repository.ts';
import {
  bareNodes,
  changedLines,
  figure,
  finished,
  inventory,
  json,
  NODES,
  nodeList,
  plannedLines,
  provision,
} from './harness.ts';
import { failures, on } from './steps.ts';
import { watchQuorum } from './watch.ts';

let url = '';
let fingerprint = '';
beforeAll(async () => {
  await bareNodes(4);
  ({ url, fingerprint } = await dockerRepository('node-4'));
});

const site = (docker: object) =>
  inventory(3, (tree) => {
    tree.docker = { source: 'docker-ce', repository: { url, fingerprint }, ...docker };
  });
const installed = (node: string) =>
  on(node, "dpkg -s docker-ce | sed -n 's/^Version: //p'; docker version --format '{{.Server.Version}}'");

test('a repository that another key signs is not trusted: nothing of it is installed', async () => {
  const wrong = site({ repository: { url, fingerprint: '0123456789012345678901234567890123456789' } });
  const ran = await json(wrong);
  expect(ran.code).toBe(2);
  const [failure] = failures(ran);
  figure('a wrong key', failure?.output?.stderr.trim());
  expect(failure?.output?.stderr).toContain(
    `${url}/gpg has the key ${fingerprint.toLowerCase()}, not 0123456789`,
  );
  const left =
    'ls -A /etc/apt/keyrings /etc/apt/sources.list.d | grep -c provision; dpkg -l docker-ce 2>/dev/null | grep -c ^ii';
  for (const node of NODES) expect(await on(node, `${left}; true`)).toBe('0\n0');
});

test('docker-ce from a mirror with a signed repository: a swarm, in the version that is held; an upgrade rolls', async () => {
  const file = site({ version: '26.1' });
  const first = await json(file);
  expect({ code: first.code, failures: failures(first) }).toEqual({ code: 0, failures: [] });
  for (const node of NODES) expect(await installed(node)).toMatch(/^5:26\.1\.5-1~debian\.13~trixie/);
  expect(finished(await json(file))?.changes).toBe(0);
  expect(await on('node-2', 'apt-get -s dist-upgrade | grep -c "^Inst docker-ce" || true')).toBe('0');

  const newer = site({ version: '27.0' });
  const planned = await json('plan', newer);
  expect(plannedLines(planned)).toEqual(
    NODES.flatMap((node) => [
      `${node}: file /etc/apt/preferences.d/provision-docker: content`,
      `${node}: packages docker-ce docker-ce-cli containerd.io: docker-ce`,
      `${node}: packages docker-ce docker-ce-cli containerd.io: docker-ce-cli`,
    ]),
  );
  expect((await provision('plan', newer)).stdout).toMatch(
    /^Stops: docker\.service on all hosts, one host after the other/m,
  );
  const watch = watchQuorum('node-1');
  const ran = await json(newer);
  const quorum = await watch();
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 0, changed: plannedLines(planned) });
  figure('an upgrade of docker-ce: least reachable managers, looks', [quorum.leastReachable, quorum.looks]);
  expect(quorum.leastReachable).toBeGreaterThanOrEqual(2);
  for (const node of NODES) expect(await installed(node)).toMatch(/^5:27\.0\.3/);
  for (const line of await nodeList('node-1')) expect(line).toMatch(/ Ready Active (Leader|Reachable)$/);
  expect(finished(await json(newer))?.changes).toBe(0);
});

test('a version that is not there, or is older, is told; another source than what is installed is refused', async () => {
  const missing = await json(site({ version: '99' }));
  expect(missing.code).toBe(2);
  expect(failures(missing)[0]?.output?.stderr).toContain(
    'docker-ce has no version 99; there are: 5:27.0.3-1',
  );
  const older = await json(site({ version: '26.1' }), '--limit', 'node-1');
  expect(older.code).toBe(2);
  figure('an older version', failures(older)[0]?.output?.stderr.trim().split('\n').at(-1));
  for (const node of NODES) expect(await installed(node)).toMatch(/^5:27\.0\.3/);
  const other = await provision(inventory(3));
  expect(other.code).toBe(5);
  expect(other.stdout + other.stderr).toContain('docker: { source: docker-ce }');
  expect((await json(site({ version: '27.0' }))).code).toBe(0);
});
