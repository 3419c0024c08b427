import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { swarmFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';
import { systemctlStandIn } from './systemctl-stand-in.ts';
import { TOOLS } from './tools.ts';

/** A node's own certificate, as swarmkit made it in the lab. */
const CERTIFICATE = readFileSync(new URL('facts.test.ts', import.meta.url), 'utf8').match(
  /-----BEGIN CERTIFICATE-----[^`]*-----END CERTIFICATE-----/,
)?.[0] as string;

/** A host whose absolute paths are in a folder, and whose programs are the test's. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-swarm-'));
  readonly #bin = join(this.folder, 'bin');
  active = 'active';
  /** The process that is looked at of those that this machine runs. */
  engine: number | string | undefined = 'none';
  /** The group that this process is in. */
  group = '0::/user.slice/user-0.slice/session-3.scope';
  info = '{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":""}';
  root = '/var/lib/docker';

  constructor({ docker = true } = {}) {
    for (const path of ['bin', 'etc/docker', 'var/lib']) mkdirSync(this.path(path), { recursive: true });
    this.fstab('LABEL=root / ext4 defaults 0 1');
    this.mounts(`/dev/sda1 ${this.folder} ext4 rw 0 0`);
    this.command('findmnt', 'exit 1');
    if (docker) for (const name of ['docker', 'dockerd']) this.command(name, ':');
    else this.active = 'inactive';
  }

  fstab(text: string): void {
    writeFileSync(join(this.folder, 'etc/fstab'), `${text}\n`);
  }

  mounts(text: string): void {
    writeFileSync(join(this.folder, 'mounts'), `${text}\n`);
  }

  command(name: string, text: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** The state of a swarm below a data root. */
  swarm(root: string): string {
    this.write(`${root}/swarm/certificates/swarm-node.crt`, CERTIFICATE);
    return this.path(root);
  }

  daemon(settings: object): void {
    this.write('etc/docker/daemon.json', JSON.stringify(settings, null, 1));
  }

  look(shell: string) {
    const { folder } = this;
    const docker = existsSync(this.path(this.root)) ? this.path(this.root) : this.root;
    this.command('systemctl', systemctlStandIn({ ActiveState: this.active }));
    if (existsSync(join(this.#bin, 'docker')))
      this.command('docker', `printf '%s\\n' 'control false' 'root ${docker}' 'swarm ${this.info}'`);
    writeFileSync(this.path('cgroup'), `${this.group}\n`);
    const here = (text: string) => text.replaceAll(folder, '');
    const text = swarmFacts.script
      .reveal()
      .replaceAll(/\/(var\/lib|var\/snap|etc)\//g, `${folder}/$1/`)
      .replaceAll('/proc/self/mounts', `${folder}/mounts`)
      .replaceAll('/proc/$1/cgroup', `${folder}/cgroup`)
      .replaceAll('/proc/[0-9]*/fd', `/proc/${this.engine}/fd`)
      .replace('/usr/lib /lib /usr/local/lib /run /etc;', `${folder}/lib ${folder}/etc;`);
    const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
      input: `cd ${folder}\n${text}`,
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${TOOLS}`, LC_ALL: 'C' },
    });
    // Paths are as on the host again, but for those that its files name as they are.
    const seen = swarmFacts.parse({ code: status ?? 1, stdout: here(stdout), stderr: here(stderr) });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    return seen;
  }
}

const UNIT = 'etc/systemd/system/docker.service';
const DROP_IN = `${UNIT}.d/data.conf`;

describe.each(['dash', 'bash'])('the swarm of a host, looked for in %s', (shell) => {
  test.each(['active', 'inactive'])('nothing there, and nothing that is away (Docker is %s)', (active) => {
    const host = new Host();
    host.write('var/lib/docker/engine-id', 'x');
    host.active = active;
    expect(host.look(shell)).toMatchObject({
      past: true,
      unknown: undefined,
      membership: undefined,
      elsewhere: [],
    });
  });

  test.each(['active', 'inactive'])('its data is on a disk that is not mounted (Docker is %s)', (active) => {
    const host = new Host();
    host.write('var/lib/docker/engine-id', 'x');
    host.fstab(`UUID=1 ${host.path('var/lib/docker')} ext4 defaults,nofail 0 2`);
    host.active = active;
    expect(host.look(shell).unknown).toMatch(/var\/lib\/docker, which .*fstab names, is not mounted/);
    host.fstab(`UUID=2 ${host.path('var/lib/docker')} ext4 rw,noauto 0 0`);
    expect(host.look(shell).unknown).toMatch(/var\/lib\/docker, which .*fstab names, is not mounted/);
  });

  test('lines of fstab that are comments mean nothing', () => {
    const host = new Host();
    host.write('var/lib/docker/engine-id', 'x');
    const at = host.path('var/lib/docker');
    host.fstab(`#UUID=1 ${at} ext4 defaults 0 2\n# x ${at} ext4\nUUID=3 none swap`);
    expect(host.look(shell).unknown).toBeUndefined();
  });

  test('its data is behind a link that leads to nothing now', () => {
    const host = new Host();
    symlinkSync('/nowhere/docker', host.path('var/lib/docker'));
    host.active = 'inactive';
    expect(host.look(shell).unknown).toMatch(/leads to \/nowhere\/docker, which is not there/);
  });

  test.each(['its own', 'another'])('a directory with a space and a quote in its name, %s', (whose) => {
    const host = new Host();
    const root = "big disk/o'brien";
    host.swarm(root);
    host.write(
      `etc/docker/daemon.json${whose === 'another' ? '.old' : ''}`,
      JSON.stringify({ 'data-root': host.path(root) }),
    );
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject(
      whose === 'its own'
        ? { root: `/${root}`, membership: { role: 'manager' }, elsewhere: [], unknown: undefined }
        : { membership: undefined, elsewhere: [{ root: `/${root}` }] },
    );
  });

  test.each(['stopped', 'running', 'removed'])('with user namespaces, Docker %s', (engine) => {
    const host = new Host({ docker: engine !== 'removed' });
    host.swarm('srv/docker/165536.165536');
    host.daemon({ 'userns-remap': 'default', 'data-root': host.path('srv/docker') });
    host.active = engine === 'running' ? 'active' : 'inactive';
    host.root = 'srv/docker/165536.165536';
    expect(host.look(shell)).toMatchObject({
      root: '/srv/docker/165536.165536',
      membership: { role: 'manager' },
      elsewhere: [],
      unknown: undefined,
    });
  });

  test('with user namespaces that nobody asks for any more: its engine would come up empty', () => {
    const host = new Host();
    host.swarm('var/lib/docker/165536.165536');
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject({
      root: '/var/lib/docker',
      membership: undefined,
      elsewhere: [{ root: '/var/lib/docker/165536.165536' }],
    });
  });

  test('found near the top of a disk, with user namespaces as well', () => {
    const host = new Host({ docker: false });
    host.swarm('data/old/docker/165536.165536');
    host.swarm('data/docker');
    expect(host.look(shell).elsewhere.map(({ root }) => root)).toEqual([
      '/data/docker',
      '/data/old/docker/165536.165536',
    ]);
  });

  test.each([
    [
      'a flag',
      DROP_IN,
      (at: string) => `[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --data-root ${at} -D`,
    ],
    [
      'a flag with =',
      UNIT,
      (at: string) => `[Service]\nExecStart=/usr/bin/dockerd -H fd:// --data-root=${at}`,
    ],
    ['the old flag', UNIT, (at: string) => `[Service]\nExecStart=/usr/bin/dockerd --graph="${at}" -H fd://`],
    ['the short flag', UNIT, (at: string) => `[Service]\nExecStart=/usr/bin/dockerd -g ${at} -H fd://`],
    ['the short flag, attached', UNIT, (at: string) => `[Service]\nExecStart=/usr/bin/dockerd -g${at}`],
    [
      'a flag on a line of its own',
      UNIT,
      (at: string) => `[Service]\nExecStart=/usr/bin/dockerd \\\n  -g ${at} \\\n  -D`,
    ],
    [
      'a variable of the unit',
      UNIT,
      (at: string) =>
        `[Service]\nEnvironment=X=1 ROOT_DIR=${at}\nExecStart=/usr/bin/dockerd --data-root \${ROOT_DIR}`,
    ],
  ])('where a stopped engine keeps its data by %s', (_, file, text) => {
    for (const held of [true, false]) {
      const host = new Host();
      // Deeper than the disks are searched.
      const at = 'srv/a/b/c/d/docker';
      if (held) host.swarm(at);
      host.write(file, `${text(host.path(at))}\n`);
      host.active = 'inactive';
      expect(host.look(shell)).toMatchObject(
        held
          ? { root: `/${at}`, membership: { role: 'manager' }, unknown: undefined }
          : { root: `/${at}`, membership: undefined, unknown: expect.stringContaining('It is not there') },
      );
    }
  });

  test('a drop-in that somebody has masked says nothing of where a stopped engine keeps its data', () => {
    const host = new Host();
    host.swarm('var/lib/docker');
    mkdirSync(host.path('srv/docker'), { recursive: true });
    host.write(UNIT, '[Service]\nExecStart=/usr/bin/dockerd -H fd://\n');
    const flag = `[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -g ${host.path('srv/docker')}\n`;
    host.write('lib/systemd/system/docker.service.d/data.conf', flag);
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject({ root: '/srv/docker', membership: undefined });
    mkdirSync(host.path(`${UNIT}.d`));
    symlinkSync('/dev/null', host.path(DROP_IN));
    expect(host.look(shell)).toMatchObject({
      root: '/var/lib/docker',
      membership: { role: 'manager' },
      elsewhere: [],
      unknown: undefined,
    });
  });

  test('where a stopped engine keeps its data by a file of variables, its name with a space', () => {
    const host = new Host();
    host.swarm('srv/a/b/c/my disk');
    host.write(
      UNIT,
      `[Service]\nEnvironmentFile=-${host.path('etc/default/docker')}\nExecStart=dockerd $DOCKER_OPTS\n`,
    );
    host.write(
      'etc/default/docker',
      `DOCKER_OPTS="--debug '--data-root=${host.path('srv/a/b/c/my disk')}'"\n`,
    );
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject({ root: '/srv/a/b/c/my disk', membership: { role: 'manager' } });
  });

  test('a place that its settings name and that was not looked at may hold anything', () => {
    const host = new Host();
    host.write('etc/docker/daemon.json', '{"data-root":"\\/srv\\/docker"}');
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject({
      root: '/srv/docker',
      unknown: expect.stringContaining('It was not looked at'),
    });
  });

  test.each(['empty', 'absent'])(
    'a named directory that is %s while Docker is stopped: its disk may be away',
    (what) => {
      for (const name of ['daemon.json', 'a flag']) {
        const host = new Host();
        if (what === 'empty') mkdirSync(host.path('srv/docker'), { recursive: true });
        if (name === 'a flag')
          host.write(UNIT, `[Service]\nExecStart=dockerd -g ${host.path('srv/docker')}\n`);
        else host.daemon({ 'data-root': host.path('srv/docker') });
        host.active = 'inactive';
        const seen = host.look(shell);
        expect(seen.unknown).toMatch(/srv\/docker, which may not be there now.*its disk may be missing/);
        expect(seen.looks).toContain(
          'findmnt -T /srv/docker; ls -la /srv/docker; systemctl list-units --all --type=mount',
        );
        host.active = 'active';
        host.root = '/srv/docker';
        expect(host.look(shell).unknown).toBeUndefined();
      }
    },
  );

  test('the usual directory: empty while Docker is stopped, its disk may be away; never made, it was never there', () => {
    const host = new Host();
    host.active = 'inactive';
    expect(host.look(shell).unknown).toBeUndefined();
    mkdirSync(host.path('var/lib/docker'));
    expect(host.look(shell).unknown).toMatch(/It is empty, and Docker does not run/);
    // A disk of its own that is mounted and new.
    host.command('findmnt', ':');
    expect(host.look(shell).unknown).toBeUndefined();
  });

  test('a host that never had an engine: settings that wait for one name no disk that is away', () => {
    const host = new Host({ docker: false });
    host.daemon({ 'data-root': host.path('srv/docker') });
    host.write(`${UNIT}.d/provision.conf`, '[Unit]\nRequiresMountsFor=/srv\n');
    expect(host.look(shell)).toMatchObject({ engine: 'absent', past: false, unknown: undefined });
    host.write('var/lib/dpkg/info/docker.io.list', '');
    expect(host.look(shell)).toMatchObject({
      past: true,
      unknown: expect.stringContaining('It is not there'),
    });
  });

  test('an engine that runs while there is no command docker is no host without one', () => {
    const host = new Host({ docker: false });
    host.swarm('var/lib/docker');
    expect(host.look(shell)).toMatchObject({ engine: 'absent', unknown: undefined });
    host.active = 'active';
    expect(host.look(shell)).toMatchObject({
      engine: 'running',
      membership: { role: 'manager' },
      unknown:
        'docker.service runs, and there is no command docker to ask it by: install the package docker-cli, or link the command into /usr/local/bin',
    });
  });

  test.each(['bcachefs', 'zfs', 'nilfs2', 'overlay', 'fuseblk'])(
    'a disk with %s, a space in its name',
    (type) => {
      const host = new Host({ docker: false });
      host.swarm('my disk/docker');
      host.mounts(`pool ${host.path('my\\040disk')} ${type} rw 0 0`);
      expect(host.look(shell).elsewhere).toMatchObject([{ root: '/my disk/docker' }]);
    },
  );

  test.each(['data/containers', 'srv/container/one', 'containerd/x', 'srv/rootfs'])(
    'a disk that is mounted at %s is a disk of this host, whatever its path says',
    (at) => {
      const host = new Host({ docker: false });
      host.swarm(`${at}/docker`);
      mkdirSync(host.path('root'));
      host.mounts(`x ${host.path('root')} ext4 rw 0 0\n/dev/b ${host.path(at)} ext4 rw 0 0`);
      expect(host.look(shell).elsewhere).toMatchObject([{ root: `/${at}/docker` }]);
    },
  );

  test.each(['nfs4', 'fuse.glusterfs', 'tmpfs', '9p'])('%s is not searched', (type) => {
    const host = new Host({ docker: false });
    host.swarm('net/docker');
    mkdirSync(host.path('root'));
    host.mounts(`x ${host.path('root')} ext4 rw 0 0\nx ${host.path('net')} ${type} rw 0 0`);
    expect(host.look(shell).elsewhere).toEqual([]);
  });

  test('disks that could not be looked through in time have not told that there is nothing', () => {
    const host = new Host();
    host.command('timeout', 'shift; case "$1" in find) exit 124 ;; esac; exec "$@"');
    const seen = host.look(shell);
    expect(seen.unknown).toMatch(/took longer than 60 s, at .*: run again/);
    expect(seen.looks[0]).toMatch(/^find .* -path '\*\/swarm\/certificates'$/);
    host.swarm('var/lib/docker');
    host.active = 'inactive';
    expect(host.look(shell)).toMatchObject({ unknown: undefined, membership: { role: 'manager' } });
  });

  /** What a host says while a process has the state below a data root open. */
  function usedLook(host: Host, root: string) {
    host.write(`${root}/swarm/worker/tasks.db`, '');
    const open = openSync(host.path(`${root}/swarm/worker/tasks.db`), 'r');
    const engine = spawn('sleep', ['60'], { stdio: [open, 'ignore', 'ignore'] });
    try {
      if (host.active === 'active') host.active = 'inactive';
      host.engine = engine.pid;
      return { pid: engine.pid, seen: host.look(shell) };
    } finally {
      engine.kill();
    }
  }

  test('an engine that is not docker.service and runs with what is there, however deep that is', () => {
    const host = new Host();
    host.write('var/lib/docker/engine-id', 'x');
    const root = 'srv/a/b/c/d/docker';
    host.swarm(root);
    const { pid, seen } = usedLook(host, root);
    expect(seen.elsewhere).toMatchObject([{ root: `/${root}`, usedBy: pid }]);
  });

  test.each(['inactive', 'failed', 'removed'])(
    'an engine that was started by hand runs with what docker.service would be started with (%s)',
    (state) => {
      const host = new Host({ docker: state !== 'removed' });
      host.swarm('var/lib/docker');
      host.active = state;
      const { pid, seen } = usedLook(host, 'var/lib/docker');
      expect(seen).toMatchObject({ engine: state === 'removed' ? 'absent' : 'stopped', unknown: undefined });
      expect(seen.membership).toMatchObject({ role: 'manager', usedBy: pid });
    },
  );

  test('the same, where a link leads to the data', () => {
    const host = new Host();
    host.swarm('srv/docker');
    symlinkSync(host.path('srv/docker'), host.path('var/lib/docker'));
    const { pid, seen } = usedLook(host, 'srv/docker');
    expect(seen).toMatchObject({ root: '/var/lib/docker', membership: { usedBy: pid } });
  });

  test('docker.service that starts or ends has its own state open, and no other engine has; where it cannot be asked, it counts', () => {
    for (const docker of [true, false]) {
      const host = new Host({ docker });
      host.swarm('var/lib/docker');
      host.active = 'activating';
      host.group = '0::/system.slice/docker.service';
      const { pid, seen } = usedLook(host, 'var/lib/docker');
      expect(seen.membership?.usedBy).toBe(docker ? undefined : pid);
    }
  });

  test.each(['', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'a certificate that cannot be read, as of a full disk, is named with its place (%j)',
    (text) => {
      const host = new Host();
      host.write('var/lib/docker/engine-id', 'x');
      host.write('srv/old/swarm/certificates/swarm-node.crt', text);
      const seen = host.look(shell);
      expect(seen.engine).toBe('running');
      expect(seen.unknown).toMatch(/^\/srv\/old\/swarm is the state of a swarm, and its certificate/);
      expect(seen.looks).toEqual(['ls -la /srv/old/swarm /srv/old/swarm/certificates']);
      host.info =
        '{"NodeID":"n","NodeAddr":"192.0.2.1","LocalNodeState":"active","ControlAvailable":false,"Error":""}';
      expect(host.look(shell).unknown).toBeUndefined();
    },
  );

  describe('the state of a swarm that does not say of which', () => {
    test.each(['docker-state.json', 'raft/wal-v3-encrypted/0.wal'])('its certificate is lost: %s', (left) => {
      for (const root of ['var/lib/docker', 'var/lib/docker/165536.165536', 'srv/old']) {
        const host = new Host();
        host.write('var/lib/docker/engine-id', 'x');
        host.write(`${root}/swarm/${left}`, '{}');
        host.write(`${root}/swarm/certificates/swarm-root-ca.crt`, 'x');
        host.active = 'inactive';
        const seen = host.look(shell);
        expect(seen).toMatchObject({ engine: 'stopped', membership: undefined, elsewhere: [] });
        expect(seen.unknown).toMatch(
          new RegExp(`^/${root}/swarm is the state of a swarm, and its certificate`),
        );
        expect(seen.looks).toEqual([`ls -la /${root}/swarm /${root}/swarm/certificates`]);
      }
    });

    test('an engine that has left its swarm has kept nothing there, and one that waits for an answer has joined none', () => {
      const host = new Host();
      host.write('var/lib/docker/engine-id', 'x');
      mkdirSync(host.path('var/lib/docker/swarm/certificates'), { recursive: true });
      for (const active of ['active', 'inactive']) {
        host.active = active;
        expect(host.look(shell)).toMatchObject({ membership: undefined, unknown: undefined });
      }
    });

    test.each(['var/lib/docker', 'var/lib/docker/165536.165536'])(
      'it is behind a link that leads to nothing: %s',
      (root) => {
        const host = new Host();
        host.write(`${root}/engine-id`, 'x');
        symlinkSync('/nowhere/swarm', host.path(`${root}/swarm`));
        host.active = 'inactive';
        const seen = host.look(shell);
        expect(seen.unknown).toBe(
          `its Docker may keep the state of a swarm on a disk that is not there now. /${root}/swarm leads to /nowhere/swarm, which is not there: bring that back, or remove the link where it is gone for good`,
        );
        expect(seen.looks[0]).toMatch(new RegExp(`^ls -la /${root}; findmnt`));
      },
    );

    test('its own disk is not mounted, or the one that a link leads to, or the one of the data', () => {
      for (const at of ['var/lib/docker/swarm', 'mnt/ssd', 'var/lib/docker']) {
        const host = new Host();
        host.write('var/lib/docker/engine-id', 'x');
        mkdirSync(host.path('mnt/ssd/swarm'), { recursive: true });
        if (at === 'var/lib/docker/swarm') mkdirSync(host.path(at));
        else symlinkSync(host.path('mnt/ssd/swarm'), host.path('var/lib/docker/swarm'));
        host.active = 'inactive';
        expect(host.look(shell).unknown).toBeUndefined();
        host.fstab(`UUID=1 ${host.path(at)} ext4 defaults,nofail 0 2`);
        const told = host.look(shell).unknown?.match(/which .*?fstab names, is not mounted/g);
        expect(told).toHaveLength(1);
      }
    });
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
