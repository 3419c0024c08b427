import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { swarmFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';

/** A host whose absolute paths are in a folder, and whose programs are the test's. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-swarm-'));
  readonly #bin = join(this.folder, 'bin');
  active = 'active';
  info = '{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":""}';
  root = '/var/lib/docker';

  constructor() {
    mkdirSync(this.#bin);
    for (const path of ['etc/docker', 'var/lib']) mkdirSync(join(this.folder, path), { recursive: true });
    this.fstab('LABEL=root / ext4 defaults 0 1');
    this.command('findmnt', `case "$*" in *--mountpoint*) exit 1 ;; *) echo ${this.folder} ;; esac`);
  }

  fstab(text: string): void {
    writeFileSync(join(this.folder, 'etc/fstab'), `${text}\n`);
  }

  command(name: string, text: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  look(shell: string) {
    const { folder } = this;
    const docker = existsSync(this.path(this.root)) ? this.path(this.root) : this.root;
    this.command('systemctl', `case $1 in is-active) echo ${this.active} ;; esac`);
    this.command('docker', `echo '${docker} ${this.info}'`);
    const text = swarmFacts.script
      .reveal()
      .replaceAll('/var/lib/docker', `${folder}/var/lib/docker`)
      .replaceAll('/var/snap', `${folder}/var/snap`)
      .replaceAll('/etc/', `${folder}/etc/`);
    const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
      input: `cd ${folder}\n${text}`,
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    const seen = swarmFacts.parse({ code: status ?? 1, stdout, stderr });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    return seen;
  }
}

/** A node's own certificate, as swarmkit made it in the lab. */
const CERTIFICATE = readFileSync(new URL('facts.test.ts', import.meta.url), 'utf8').match(
  /-----BEGIN CERTIFICATE-----[^`]*-----END CERTIFICATE-----/,
)?.[0] as string;

describe.each(['dash', 'bash'])('the swarm of a host, looked for in %s', (shell) => {
  test.each(['active', 'inactive'])('nothing there, and nothing that is away (Docker is %s)', (active) => {
    const host = new Host();
    mkdirSync(host.path('var/lib/docker'));
    host.active = active;
    expect(host.look(shell)).toMatchObject({ unknown: undefined, membership: undefined, elsewhere: [] });
  });

  test.each(['active', 'inactive'])('its data is on a disk that is not mounted (Docker is %s)', (active) => {
    const host = new Host();
    mkdirSync(host.path('var/lib/docker'));
    host.fstab(`UUID=1 ${host.path('var/lib/docker')} ext4 defaults,nofail 0 2`);
    host.active = active;
    expect(host.look(shell).unknown).toMatch(/var\/lib\/docker, which .*fstab names, is not mounted/);
  });

  test('lines of fstab that are comments, or mounted only when asked, mean nothing', () => {
    const host = new Host();
    mkdirSync(host.path('var/lib/docker'));
    const at = host.path('var/lib/docker');
    host.fstab(
      `#UUID=1 ${at} ext4 defaults 0 2\n# x ${at} ext4\nUUID=2 ${at} ext4 rw,noauto 0 0\nUUID=3 none swap`,
    );
    expect(host.look(shell).unknown).toBeUndefined();
  });

  test('its data is behind a link that leads to nothing now', () => {
    const host = new Host();
    symlinkSync('/nowhere/docker', host.path('var/lib/docker'));
    host.active = 'inactive';
    expect(host.look(shell).unknown).toMatch(/leads to \/nowhere\/docker, which is not there/);
  });

  test.each(['its own', 'another'])('a directory with a space in its name, %s', (whose) => {
    const host = new Host();
    const root = host.path('big disk/docker');
    mkdirSync(join(root, 'swarm/certificates'), { recursive: true });
    mkdirSync(host.path('var/lib/docker'));
    writeFileSync(join(root, 'swarm/certificates/swarm-node.crt'), CERTIFICATE);
    const set = `{ "data-root": "${root}" }`;
    writeFileSync(host.path(`etc/docker/daemon.json${whose === 'another' ? '.old' : ''}`), set);
    if (whose === 'its own') {
      host.root = 'big disk/docker';
      host.info = host.info.replace('inactive', 'active');
      expect(host.look(shell)).toMatchObject({ root, membership: { role: 'manager' }, elsewhere: [] });
    } else expect(host.look(shell)).toMatchObject({ membership: undefined, elsewhere: [{ root }] });
  });

  test('disks that could not be looked through in time have not told that there is nothing', () => {
    const host = new Host();
    mkdirSync(host.path('var/lib/docker'));
    host.command('timeout', 'shift; case "$1" in find) exit 124 ;; esac; exec "$@"');
    expect(host.look(shell).unknown).toMatch(/took longer than 20 s: run again/);
  });

  test('one that is in a swarm needs no such question', () => {
    const host = new Host();
    mkdirSync(host.path('var/lib/docker'));
    host.fstab(`UUID=1 ${host.path('var/lib/docker')} ext4 defaults,nofail 0 2`);
    host.info =
      '{"NodeID":"n","NodeAddr":"192.0.2.1","LocalNodeState":"active","ControlAvailable":false,"Error":""}';
    expect(host.look(shell).unknown).toBeUndefined();
  });
});
