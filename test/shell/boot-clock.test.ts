import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { swarmNode } from '../../src/index.ts';
import { BOOT_SECONDS, raw, sh } from '../../src/shell/index.ts';

const UNREADY = JSON.stringify({
  ID: 'n1',
  Spec: { Labels: {}, Role: 'worker', Availability: 'active' },
  Description: { Hostname: 'mail-1', Engine: { EngineVersion: '26.1.5' } },
  Status: { State: 'ready', Addr: '192.0.2.11' },
});

/** Runs a script where the time of day is an hour later whenever it is asked, as on a machine whose clock is being set. */
function runWhileTheClockIsSet(script: string, programs: Readonly<Record<string, string>> = {}) {
  const bin = mkdtempSync(join(tmpdir(), 'provision-clock-'));
  const all = {
    date: `echo . >>${bin}/asked; echo $(($(wc -l <${bin}/asked) * 3600))`,
    sleep: 'exit 0',
    ...programs,
  };
  for (const [name, text] of Object.entries(all)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nbin=${bin}\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return spawnSync('dash', ['-s'], {
    input: script,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, LC_ALL: 'C' },
  });
}

test('counts on, in whole seconds', () => {
  const { stdout } = runWhileTheClockIsSet(
    sh`a=${BOOT_SECONDS}; /bin/sleep 1; echo $((${BOOT_SECONDS} - a))`.reveal(),
  );
  expect(Number(stdout)).toBeGreaterThanOrEqual(1);
  expect(Number(stdout)).toBeLessThan(60);
});

test('a role that takes a moment is waited for while the clock of the host is set', () => {
  const judged = swarmNode({ host: 'mail-1', nodeId: 'n1', role: 'manager' }).judge(
    { code: 0, stdout: `[${UNREADY}]`, stderr: '' },
    { paths: new Set() },
  );
  if (judged.state !== 'observed') throw new Error('not observed');
  const [, wait] = judged.steps(() => undefined as never);
  const docker = 'echo . >>$bin/times; [ "$(wc -l <$bin/times)" -lt 3 ] || echo reachable';
  expect(runWhileTheClockIsSet((wait?.script ?? raw('exit 9')).reveal(), { docker })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('nothing that runs on a host counts how long it waits by the time of day', () => {
  const sources = ['src', 'playbooks', 'templates'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|hbs|sh)$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(sources.length).toBeGreaterThan(200);
  const byTheTimeOfDay = /\$\(\([^)]*\$\(date|\[ "?\$\(date[^\]]* -(lt|le|gt|ge) /;
  expect(sources.filter((path) => byTheTimeOfDay.test(readFileSync(path, 'utf8')))).toEqual([]);
});
