import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { detached } from '../../src/resources/detached.ts';
import { sh } from '../../src/shell/index.ts';

const SETTING_UP = sh`i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "Setting up package$i (1) ..."; done`;

/** What a command that fails says on stderr, where its causes are read. */
function said(command: ReturnType<typeof sh>, shell: string): readonly string[] {
  const [program = '', ...more] = shell.split(' ');
  const ran = spawnSync(program, [...more, '-s'], { input: detached(command).reveal(), encoding: 'utf8' });
  expect(ran.status).toBe(100);
  return ran.stderr.trimEnd().split('\n');
}

describe.each(['dash', 'bash', 'busybox sh'])('%s', (shell) => {
  test('of a short output the last lines are said', () => {
    expect(said(sh`echo a; echo 'dpkg: error: b'; exit 100`, shell)).toEqual(['a', 'dpkg: error: b']);
  });

  test('what decides is said, with what came right before it, also where much was printed after it', () => {
    const words = said(
      sh`
        ${SETTING_UP}
        echo 'grub-install: error: cannot find a device'
        echo 'dpkg: error processing package grub-pc (--configure):'
        echo ' installed grub-pc package post-installation script subprocess returned error exit status 1'
        ${SETTING_UP}
        echo 'Errors were encountered while processing:'
        echo ' grub-pc'
        echo 'E: Sub-process /usr/bin/dpkg returned an error code (1)'
        exit 100`,
      shell,
    );
    expect(words).toHaveLength(20);
    expect(words.slice(0, 8)).toEqual([
      'Setting up package38 (1) ...',
      'Setting up package39 (1) ...',
      'Setting up package40 (1) ...',
      'grub-install: error: cannot find a device',
      'dpkg: error processing package grub-pc (--configure):',
      ' installed grub-pc package post-installation script subprocess returned error exit status 1',
      '…',
      'Setting up package31 (1) ...',
    ]);
    expect(words.at(-1)).toBe('E: Sub-process /usr/bin/dpkg returned an error code (1)');
  });

  test('the same of rpm', () => {
    const words = said(
      sh`
        echo 'error: %pre(jenkins-2.274-1.1.noarch) scriptlet failed, exit status 1'
        echo 'Error in PREIN scriptlet in rpm package jenkins-2.274-1.1.noarch'
        ${SETTING_UP}
        exit 100`,
      shell,
    );
    expect(words.slice(0, 3)).toEqual([
      'error: %pre(jenkins-2.274-1.1.noarch) scriptlet failed, exit status 1',
      'Error in PREIN scriptlet in rpm package jenkins-2.274-1.1.noarch',
      '…',
    ]);
  });
});
