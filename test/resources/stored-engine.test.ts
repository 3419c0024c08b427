import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { showUnit } from '../../src/facts/index.ts';
import { readStored, showStored } from '../../src/resources/docker/stored.ts';
import { lines } from '../../src/shell/index.ts';
import { TOOLS } from '../facts/tools.ts';

/** Whether a host without any program of Docker's on its PATH has an engine, by its unit. */
function isInstalled(unit: string | undefined, program?: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'provision-stored-'));
  const units = join(folder, 'lib/systemd/system');
  mkdirSync(units, { recursive: true });
  mkdirSync(join(folder, 'opt/docker'), { recursive: true });
  if (unit !== undefined)
    writeFileSync(join(units, 'docker.service'), unit.replaceAll('/opt/', `${folder}/opt/`));
  if (program !== undefined) writeFileSync(join(folder, program), '', { mode: 0o755 });
  const text = lines([showUnit, showStored([])])
    .alone()
    .reveal()
    .replace('/usr/lib /lib /usr/local/lib /run /etc;', `${folder}/lib;`);
  const { stdout } = spawnSync('dash', ['-s'], { input: text, encoding: 'utf8', env: { PATH: TOOLS } });
  return readStored(stdout.slice(stdout.indexOf('==stored'))).installed;
}

test('an engine is there where its unit has it, whatever the PATH', () => {
  const unit = '[Service]\nEnvironment=A=b\nExecStart=-/opt/docker/dockerd -H fd://\n';
  expect(isInstalled(undefined)).toBe(false);
  expect(isInstalled(unit)).toBe(false);
  expect(isInstalled(unit, 'opt/docker/dockerd')).toBe(true);
});
