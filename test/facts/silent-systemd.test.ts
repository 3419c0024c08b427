import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  autolockFacts,
  containerFacts,
  firewallFacts,
  glusterFacts,
  neighbourFacts,
  networkFacts,
} from '../../src/facts/index.ts';
import type { Probe } from '../../src/resource/index.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';
import { TOOLS } from './tools.ts';

const QUESTIONS: Readonly<Record<string, Probe<unknown>>> = {
  containers: containerFacts,
  neighbours: neighbourFacts([]),
  autolock: autolockFacts,
  networks: networkFacts,
  glusterfs: glusterFacts('mailu'),
  firewall: firewallFacts,
};

const PROGRAMS = {
  docker: 'echo "asked $*" >&2; exit 1',
  glusterd: '',
  findmnt: 'echo "ext4 /nowhere"',
};

/** A host on which systemd runs, or does not, with this `systemctl` and these programs. */
function ask(
  shell: string,
  probe: Probe<unknown>,
  systemctl: string,
  systemd = true,
  programs: Readonly<Record<string, string>> = PROGRAMS,
): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'provision-silent-'));
  const bin = join(folder, 'bin');
  for (const path of ['bin', 'glusterd', ...(systemd ? ['run'] : [])]) mkdirSync(join(folder, path));
  for (const [name, text] of Object.entries({ systemctl, ...programs })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
    input: probe.script
      .reveal()
      .replaceAll('/run/systemd/system ]', `${join(folder, 'run')} ]`)
      .replaceAll('/var/lib/glusterd', join(folder, 'glusterd')),
    encoding: 'utf8',
    env: { PATH: `${bin}:${TOOLS}`, LC_ALL: 'C' },
  });
  return probe.parse({ code: status ?? 255, stdout, stderr });
}

const STOPPED = `while [ "$1" != -- ]; do shift; done
shift
for unit; do printf '%s\\n' "Id=$unit" ActiveState=inactive ''; done`;

describe.each(['dash', 'bash'])('what runs, and has its program where nobody looks, asked in %s', (shell) => {
  const bare = { findmnt: PROGRAMS.findmnt };

  test.each(['containers', 'neighbours', 'autolock', 'networks'])('Docker: %s', (name) => {
    const probe = QUESTIONS[name] as Probe<unknown>;
    expect(ask(shell, probe, STOPPED, true, bare)).toEqual(ask(shell, probe, STOPPED));
    expect(() => ask(shell, probe, systemctlStandIn(), true, bare)).toThrow(
      /docker.service runs, and there is no command docker to ask it by/,
    );
  });

  test('GlusterFS is asked', () => {
    const probe = QUESTIONS.glusterfs as Probe<unknown>;
    const gluster = "echo 'Number of Peers: 0'";
    expect(ask(shell, probe, STOPPED, true, bare)).toMatchObject({ daemon: 'absent' });
    expect(ask(shell, probe, systemctlStandIn(), true, { ...bare, gluster })).toMatchObject({
      daemon: 'running',
    });
  });
});

describe.each(['dash', 'bash'])('what runs by systemd, asked in %s', (shell) => {
  describe.each(Object.keys(QUESTIONS))('%s', (name) => {
    const probe = QUESTIONS[name] as Probe<unknown>;

    test('systemd that does not answer has not said that nothing runs', () => {
      expect(() => ask(shell, probe, 'echo "Failed to connect to bus" >&2; exit 1')).toThrow(/could not/);
    });

    test('nothing runs', () => {
      expect(ask(shell, probe, STOPPED)).toEqual(ask(shell, probe, 'exit 1', false));
    });
  });
});
