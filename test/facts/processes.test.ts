import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineFacts, listenerFacts } from '../../src/facts/index.ts';
import type { Probe } from '../../src/resource/index.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';

/** A host's processes in a folder, with what `ss` and `systemctl` say. */
class Host {
  readonly #folder = mkdtempSync(join(tmpdir(), 'provision-processes-'));

  constructor(ss = '', mainPid = '0') {
    mkdirSync(join(this.#folder, 'bin'));
    this.process('self', '', '');
    for (const [name, text] of [
      ['ss', `cat <<'END'\n${ss}\nEND`],
      ['systemctl', systemctlStandIn({ MainPID: mainPid })],
    ] as const) {
      const path = join(this.#folder, 'bin', name);
      writeFileSync(path, `#!/bin/sh\n${text}\n`);
      chmodSync(path, 0o755);
    }
  }

  process(pid: string, name: string, cgroup: string, space = 'pid:[1]'): this {
    const folder = join(this.#folder, 'proc', pid);
    mkdirSync(join(folder, 'ns'), { recursive: true });
    symlinkSync(space, join(folder, 'ns/pid'));
    writeFileSync(join(folder, 'comm'), `${name}\n`);
    writeFileSync(join(folder, 'cgroup'), `${cgroup}\n`);
    return this;
  }

  ask<T>(shell: string, { script, parse }: Probe<T>) {
    const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
      input: script.reveal().replaceAll('/proc/', `${this.#folder}/proc/`),
      encoding: 'utf8',
      env: { PATH: `${join(this.#folder, 'bin')}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    return parse({ code: status ?? 1, stdout, stderr });
  }
}

describe.each(['dash', 'bash'])('in %s', (shell) => {
  test('engines beside the one of docker.service, and none of a container', () => {
    const host = new Host('u_str LISTEN 0 4096 /run/docker.sock 1 * 0 users:(("dockerd",pid=22,fd=3))', '11')
      .process('11', 'dockerd', '0::/docker.slice/x.service')
      .process('12', 'dockerd', '0::/system.slice/docker.service')
      .process('22', 'dockerd', '0::/system.slice/snap.docker.dockerd.service')
      .process('33', 'dockerd', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker.service')
      .process('44', 'dockerd', '0::/system.slice/docker-abc.scope', 'pid:[2]')
      .process('55', 'dockerd', '0::/user.slice/user-0.slice/session-3.scope')
      .process('66', 'containerd', '0::/system.slice/containerd.service');
    expect(host.ask(shell, engineFacts)).toMatchObject([
      { pid: 22, unit: 'snap.docker.dockerd.service', socket: '/run/docker.sock' },
      { pid: 33, unit: undefined, socket: undefined },
      { pid: 55, unit: undefined },
    ]);
  });

  test('who has a port, and no unit of a person for one of the system', () => {
    const host = new Host(
      [
        'LISTEN 0 128 0.0.0.0:25 0.0.0.0:* users:(("exim4",pid=1,fd=4))',
        'LISTEN 0 128 [::]:80 [::]:* users:(("rootlesskit",pid=2,fd=4))',
        'LISTEN 0 128 *:443 *:*',
      ].join('\n'),
    )
      .process('1', 'exim4', '0::/system.slice/exim4.service')
      .process('2', 'x', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker.service');
    expect(host.ask(shell, listenerFacts)).toEqual([
      { address: '0.0.0.0', port: 25, program: 'exim4', pid: 1, unit: 'exim4.service' },
      { address: '[::]', port: 80, program: 'rootlesskit', pid: 2, unit: undefined },
      { address: '*', port: 443, program: '', pid: undefined, unit: undefined },
    ]);
  });
});
