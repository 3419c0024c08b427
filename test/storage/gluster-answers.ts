import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Script } from '../../src/shell/index.ts';
import { systemctlStandIn } from '../facts/systemctl-stand-in.ts';

/** What a script says with a gluster that answers a question (the end of its words) so. */
export function withGluster(script: Script, answers: Readonly<Record<string, string>>) {
  const bin = mkdtempSync(join(tmpdir(), 'provision-gluster-'));
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const cases = Object.entries(answers).map(
    ([words, text]) => `*'${words}') cat <<'ANSWER'\n${text}\nANSWER\n;;`,
  );
  command('gluster', `case "$*" in\n${cases.join('\n')}\n*) exit 3 ;;\nesac`);
  command('systemctl', systemctlStandIn());
  command('sleep', 'exit 0');
  const { status, stdout, stderr } = spawnSync('dash', ['-s'], {
    input: script.reveal(),
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
  return { code: status ?? 1, stdout, stderr };
}

/** What `gluster volume heal … info summary` says of a brick; `-` of one that is not connected. */
export const healSummary = (pending: number | '-', torn: number | '-' = 0): readonly string[] => [
  `Status: ${pending === '-' ? 'Transport endpoint is not connected' : 'Connected'}`,
  `Total Number of entries: ${pending}`,
  `Number of entries in heal pending: ${pending}`,
  `Number of entries in split-brain: ${torn}`,
  `Number of entries possibly healing: ${pending === '-' ? '-' : 0}`,
];
