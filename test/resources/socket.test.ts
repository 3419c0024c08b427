import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  containerFacts,
  dockerFacts,
  glusterFacts,
  listenerFacts,
  machineFacts,
  mountFacts,
  networkFacts,
  resolverFacts,
  swarmFacts,
} from '../../src/facts/index.ts';
import { systemctlStandIn } from '../facts/systemctl-stand-in.ts';
import { kinds } from './kinds.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'provision-socket-'));
const touched = join(folder, 'touched');

/** A machine whose Docker is installed and stopped: whatever speaks to its socket would start it. */
function machine(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('docker', `echo "$*" >>'${touched}'`);
  program('systemctl', systemctlStandIn({ ActiveState: 'inactive' }));
  program('timeout', 'case $1 in -*) shift 2 ;; esac; shift; exec "$@"');
  return `${bin}:${process.env.PATH}`;
}

function probesOfKinds(): readonly (readonly [string, string])[] {
  return Object.entries(kinds).map(([kind, make]) => {
    const [name = ''] = readdirSync(join(FOLDER, kind)).filter((file) => file.endsWith('.yaml'));
    const { want } = parse(readFileSync(join(FOLDER, kind, name), 'utf8')) as { want: never };
    return [kind, make(want).probe.reveal()];
  });
}

const facts = {
  containerFacts,
  machineFacts,
  dockerFacts,
  swarmFacts,
  glusterFacts: glusterFacts('mailu'),
  listenerFacts,
  mountFacts,
  networkFacts,
  resolverFacts,
};

test.each([
  ...probesOfKinds(),
  ...Object.entries(facts).map(([name, { script }]) => [name, script.reveal()] as const),
])('%s leaves the socket of a stopped Docker alone', (_name, script) => {
  rmSync(touched, { force: true });
  spawnSync('sh', { input: script, env: { ...process.env, PATH: machine() }, timeout: 20_000 });
  expect(existsSync(touched) ? readFileSync(touched, 'utf8') : '').toBe('');
});
