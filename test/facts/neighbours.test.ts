import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NeighbourFacts, neighbourFacts, openFileFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';
import type { Script } from '../../src/shell/index.ts';
import { dockerStandIn } from './docker-stand-in.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';

const UNNAMED = 'a'.repeat(64);

/** A host with a Docker that has these containers. */
class Host {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'provision-neighbours-')));
  readonly #bin = join(this.folder, 'bin');

  constructor() {
    mkdirSync(this.#bin);
    this.command('systemctl', systemctlStandIn());
    this.containers([]);
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  command(name: string, text: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  write(path: string): void {
    mkdirSync(join(this.path(path), '..'), { recursive: true });
    writeFileSync(this.path(path), 'x');
  }

  containers(rows: readonly object[]): void {
    this.command('docker', dockerStandIn({ rows: rows.map((json) => ({ json })) }));
  }

  run(shell: string, script: Script) {
    return spawnSync(shell, ['-s'], {
      input: script.reveal().replace(/ (\/(var\/lib|run)\/containers)/g, ` ${this.folder}$1`),
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
  }

  look(shell: string, places: readonly string[] = []): NeighbourFacts {
    const { script, parse } = neighbourFacts(places.map((place) => this.path(place)));
    const { stdout, stderr, status } = this.run(shell, script);
    const seen = parse({ code: status ?? 1, stdout: stdout.replaceAll(this.folder, ''), stderr });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    return seen;
  }
}

const volume = (host: Host, name: string, target: string) => ({
  Type: 'volume',
  Name: name,
  Source: host.path(`docker/volumes/${name}/_data`),
  Destination: target,
  RW: true,
});
const task = (mounts: readonly object[], more: object = {}) => ({
  name: '/mailu_imap.1.x',
  image: 'mailu/dovecot',
  running: true,
  restart: '',
  fleeting: false,
  service: 'mailu_imap',
  mounts,
  ...more,
});

describe.each(['dash', 'bash'])('containers, asked in %s', (shell) => {
  test('volumes of a container are told by name, path, and whether anything is in them', () => {
    const host = new Host();
    mkdirSync(host.path('docker/volumes/named/_data/a/b'), { recursive: true });
    host.write('docker/volumes/named/_data/pid/master.pid');
    spawnSync('mkfifo', [host.path('docker/volumes/named/_data/a/socket')]);
    host.write(`docker/volumes/${UNNAMED}/_data/one@example.org/cur/1`);
    host.containers([task([volume(host, UNNAMED, '/mail'), volume(host, 'named', '/queue')])]);
    expect(host.look(shell).containers[0]?.keeps).toEqual([
      {
        target: '/mail',
        source: UNNAMED,
        path: `/docker/volumes/${UNNAMED}/_data`,
        volume: true,
        unnamed: true,
        empty: false,
      },
      {
        target: '/queue',
        source: 'named',
        path: '/docker/volumes/named/_data',
        volume: true,
        unnamed: false,
        empty: true,
      },
    ]);
  });

  test('a volume that could not be looked into is not empty', () => {
    const host = new Host();
    host.containers([task([volume(host, UNNAMED, '/mail')])]);
    expect(host.look(shell).containers[0]?.keeps[0]).toMatchObject({ empty: false });
  });

  test('containers that have ended and stay so are told apart', () => {
    const host = new Host();
    host.containers([
      task([], { running: false }),
      task([], { name: '/x', running: false, service: '' }),
      task([], { name: '/y', service: '' }),
    ]);
    const { containers, former } = host.look(shell);
    expect([containers, former].map((all) => all.map(({ name }) => name))).toEqual([
      ['y'],
      ['mailu_imap.1.x', 'x'],
    ]);
  });

  test('a place that was asked for has all its names', () => {
    const host = new Host();
    mkdirSync(host.path('srv/mailu'), { recursive: true });
    symlinkSync(host.path('srv/mailu'), host.path('mailu'));
    expect(host.look(shell, ['mailu/mail']).names).toEqual({
      '/mailu/mail': ['/mailu/mail', '/srv/mailu/mail'],
    });
  });

  test.each(['/var/lib/containers', '/run/containers'])(
    'podman is asked where %s has its storage',
    (place) => {
      const host = new Host();
      const row = { ...task([]), name: 'mailu-imap', service: '' };
      host.command('podman', `case $1 in ps) echo id ;; *) echo 'podman ${JSON.stringify(row)}' ;; esac`);
      const names = () => host.look(shell).containers.map(({ name }) => name);
      expect(names()).toEqual([]);
      mkdirSync(host.path(`${place}/storage`), { recursive: true });
      expect(names()).toEqual(['mailu-imap']);
    },
  );

  test('services that could not be listed are not none', () => {
    const host = new Host();
    const docker = (message: string, more = '') =>
      host.command(
        'docker',
        dockerStandIn({ info: ['control true'], api: { '/services': { status: 503, message } }, more }),
      );
    host.command('sleep', '');
    docker('rpc error: code = Unavailable');
    expect(() => host.look(shell)).toThrow('could not list the containers of the host');
    docker('', "'system dial-stdio') exit 1 ;;");
    expect(() => host.look(shell)).toThrow('could not list the containers of the host');
    docker('', "'info '*) exit 124 ;;");
    expect(() => host.look(shell)).toThrow('could not list the containers of the host');
    docker('The swarm does not have a leader.');
    expect(host.look(shell).services).toEqual([]);
  });

  test('programs that could not be looked through in time are not none', () => {
    const host = new Host();
    host.command('timeout', 'case $2 in find) exit 124 ;; esac; shift; exec "$@"');
    const { script, parse } = openFileFacts([host.path('mailu/mail')]);
    const { stdout, stderr, status } = host.run(shell, script);
    expect(() => parse({ code: status ?? 1, stdout, stderr })).toThrow('could not look which files are open');
  });

  test('a file that is open by another name of the place is found', async () => {
    const host = new Host();
    host.write('srv/mailu/mail [x]/1');
    symlinkSync(host.path('srv/mailu'), host.path('mailu'));
    const open = host.path('srv/mailu/mail [x]/1');
    const holder = spawn('sh', ['-c', 'exec 9>>"$0"; echo ready; exec sleep 60', open]);
    try {
      await once(holder.stdout, 'data');
      const { script, parse } = openFileFacts([host.path('mailu/mail [x]')]);
      const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
        input: script.reveal(),
        encoding: 'utf8',
      });
      expect(parse({ code: status ?? 1, stdout, stderr })).toMatchObject([
        { program: 'sleep', pid: holder.pid, path: open, stands: false },
      ]);
    } finally {
      holder.kill();
    }
  });
});
