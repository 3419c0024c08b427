import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { stackFile } from '../../playbooks/mailu/stack.ts';
import { clusterSettings, type Mailu } from '../../playbooks/settings/mailu.ts';
import { parseCompose } from '../../src/resources/stack/compose.ts';
import { around } from './around.ts';

const mailu = clusterSettings.parse(parse('domain: example.org\nhostnames: [mail.example.org]\n')) as Mailu;

test.each(['dash', 'busybox'])(
  'under %s one look at what begins lasts until it has begun, and says no in the end',
  (shell) => {
    const { healthcheck } = parseCompose(stackFile(mailu, around)).services.redis ?? {};
    if (healthcheck === undefined || 'disable' in healthcheck) throw new Error('no check of health');
    const folder = mkdtempSync(join(tmpdir(), 'look-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const program = (name: string, line: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    symlinkSync(`/bin/${shell}`, join(folder, 'sh'));
    program('sleep', `echo "$1" >>${folder}/slept`);
    const look = (answers: string) => {
      writeFileSync(join(folder, 'slept'), '');
      program('redis-cli', answers);
      const { status } = spawnSync(join(folder, 'sh'), ['-c', healthcheck.test?.[1] ?? ''], {
        env: { PATH: `${folder}:${env.PATH}` },
      });
      return { status, seconds: readFileSync(join(folder, 'slept'), 'utf8').split('\n').length - 1 };
    };
    expect(look('exit 0')).toEqual({ status: 0, seconds: 0 });
    expect(look(`[ $(wc -l <${folder}/slept) -ge 3 ]`)).toEqual({ status: 0, seconds: 3 });
    expect(look('exit 1')).toEqual({ status: 1, seconds: 10 });
  },
);
