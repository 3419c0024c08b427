import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { remount } from '../../src/resources/remount.ts';

test.each(['dash', 'bash'])(
  'Docker comes back where the mount is busy and stays as it was, in %s',
  (shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'provision-remount-'));
    mkdirSync(join(folder, 'bin'));
    const systemctl = join(folder, 'bin/systemctl');
    writeFileSync(
      systemctl,
      `#!/bin/sh\necho "$*" >>${folder}/log\ncase $1 in is-active) echo active ;; restart) exit 1 ;; esac\n`,
    );
    chmodSync(systemctl, 0o755);
    const judged = remount({ where: '/mailu' }).judge(
      { code: 0, stdout: '1.1 2.2\n', stderr: '' },
      { paths: new Set() },
    );
    if (judged.state !== 'observed') throw new Error(judged.reason);
    const [step] = judged.steps(() => '' as never);
    const { status } = spawnSync(shell, ['-s'], {
      input: step?.script.reveal(),
      env: { PATH: `${folder}/bin:${process.env.PATH}` },
    });
    expect(status).toBe(1);
    const log = readFileSync(join(folder, 'log'), 'utf8').split('\n');
    expect(log.indexOf('start docker.socket docker.service')).toBeGreaterThan(
      log.indexOf('restart -- mailu.mount'),
    );
  },
);
