import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerNetwork } from '../../src/resources/docker/network.ts';

const OVERLAY =
  '{"Name":"mail","Id":"s1","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.202.0.0/24"}]},"Attachable":false,"Options":null}';

test.each([
  ['local l1', 'swarm s1'],
  ['swarm s1', 'local l1'],
])("the swarm's network is found beside one of the host's own of that name (%s, %s)", (...ids) => {
  const bin = mkdtempSync(join(tmpdir(), 'provision-network-'));
  const list = ids.map((id) => `${id} mail`).join('\n');
  const programs = {
    docker: `case $2 in ls) echo '${list}' ;; inspect) [ "$5" = s1 ] && echo '${OVERLAY}' ;; esac`,
    systemctl: 'echo active',
    sleep: ':',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const resource = dockerNetwork({ name: 'mail', subnet: '10.202.0.0/24' });
  const { status, stdout, stderr } = spawnSync('dash', ['-c', resource.probe.reveal()], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  const judged = resource.judge({ code: status ?? 1, stdout, stderr }, { paths: new Set() });
  expect(judged).toMatchObject({ state: 'observed', changes: [] });
});
