import { beforeAll, expect, test } from 'vitest';
import { dockerRepository } from './docker-repository.ts';
import {
  bareNodes,
  changedLines,
  figure,
  finished,
  inventory,
  json,
  plannedLines,
  refusals,
} from './harness.ts';
import { failures, on } from './steps.ts';

/** Docker's repository as people have it, on a host that then gets `source: docker-ce`. */
const NODE = 'node-1';
const LIST = '/etc/apt/sources.list.d/docker.list';
const OURS = '/etc/apt/sources.list.d/provision-docker.sources';
const ASC = '/etc/apt/keyrings/docker.asc';

let url = '';
let fingerprint = '';
beforeAll(async () => {
  await bareNodes(2);
  ({ url, fingerprint } = await dockerRepository('node-2'));
  await on(
    NODE,
    `apt-get -qq update; apt-get -qq -y --no-install-recommends install curl >/dev/null; install -m 0755 -d /etc/apt/keyrings; curl -fsSL ${url}/gpg -o ${ASC}`,
  );
});

const site = (docker: object = {}) =>
  inventory(1, (tree) => {
    tree.docker = { source: 'docker-ce', repository: { url, fingerprint }, ...docker };
  });
const works = async () => {
  const said = await on(NODE, 'apt-get -o APT::Update::Error-Mode=any update 2>&1');
  expect(said).not.toMatch(/^[EWN]:/m);
};
const written = (path: string, text: string) => on(NODE, `printf '%s\\n' '${text}' >${path}`);

test("as Docker's documentation has it: used as it is, and apt works", async () => {
  await written(LIST, `deb [arch=amd64 signed-by=${ASC}] ${url} trixie stable`);
  await on(
    NODE,
    'export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; apt-get -qq -y install docker-ce docker-ce-cli containerd.io >/dev/null',
  );
  const ran = await json(site());
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  await works();
  expect(await on(NODE, 'ls /etc/apt/sources.list.d')).toBe('docker.list');
  expect(finished(await json(site()))?.changes).toBe(0);
});

test('an entry of ours beside it, as an older run left it: apt works again', async () => {
  await written(
    OURS,
    `Types: deb\\nURIs: ${url}\\nSuites: trixie\\nComponents: stable\\nSigned-By: /etc/apt/keyrings/provision-docker.asc`.replaceAll(
      '\\n',
      '\n',
    ),
  );
  await on(NODE, '! apt-get update 2>/dev/null');
  const ran = await json(site());
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  await works();
  expect(finished(await json(site()))?.changes).toBe(0);
});

test('another key than the wanted: refused before a change', async () => {
  const ran = await json(
    site({ repository: { url, fingerprint: '0123456789012345678901234567890123456789' } }),
  );
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  expect(refusals(ran).map(({ code }) => code)).toEqual(['other-key']);
});

test('an old one with apt-key, which names no key: taken over, with a copy that apt does not read', async () => {
  await on(NODE, `rm ${OURS}; cp ${ASC} /etc/apt/trusted.gpg.d/docker.asc`);
  await written(LIST, `deb [arch=amd64] ${url} trixie stable`);
  await works();
  const planned = await json('plan', site());
  figure('an entry without a key is taken over', plannedLines(planned));
  const ran = await json(site());
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  await works();
  expect(await on(NODE, `cat ${LIST}`)).toBe(`# deb [arch=amd64] ${url} trixie stable`);
  expect(await on(NODE, `cat ${LIST}.before-provision.bak`)).toBe(`deb [arch=amd64] ${url} trixie stable`);
  expect(finished(await json(site()))?.changes).toBe(0);
});

test('a repository that is not there: what was there is put back', async () => {
  const before = await on(NODE, `cat ${OURS}`);
  const ran = await json(site({ repository: { url: `${url}:81`, fingerprint } }));
  expect(ran.code).toBe(2);
  figure('a repository that is not there', failures(ran)[0]?.output?.stderr.trim().split('\n').slice(-3));
  expect(await on(NODE, `cat ${OURS}`)).toBe(before);
  await works();
});
