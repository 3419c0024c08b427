import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Change, Refusal } from '../../src/resource/index.ts';
import { archive } from '../../src/resources/archive/archive.ts';
import type { Script } from '../../src/shell/index.ts';

const SHELLS = ['dash', 'bash', 'busybox sh'];
const { uid, gid } = userInfo();
const mine = { owner: String(uid), group: String(gid) };

/** What the server gives, by its path. */
const served = new Map<string, Buffer>();
const server = createServer(({ url = '' }, response) => {
  const body = served.get(url);
  response.writeHead(body === undefined ? 404 : 200).end(body);
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => server.close());

type Tree = Readonly<Record<string, string>>;

/** Writes files, and links where the content begins with `-> `. */
function write(folder: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(folder, name));
    else writeFileSync(join(folder, name), content, { mode: content.startsWith('#!') ? 0o775 : 0o664 });
  }
}

/** Serves what a program packs from a folder. */
function pack(tree: Tree, name: string, program: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-pack-'));
  write(join(folder, 'in'), tree);
  execFileSync(
    program,
    args.map((arg) => arg.replace('OUT', join(folder, name))),
    { cwd: join(folder, 'in') },
  );
  return serve(name, readFileSync(join(folder, name)));
}

function serve(name: string, body: Buffer) {
  const path = `/${served.size}/${name}`;
  served.set(path, body);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return { url, sha256: createHash('sha256').update(body).digest('hex') };
}

const tar = (tree: Tree, ...args: readonly string[]) =>
  pack(tree, 'app.tar.gz', 'tar', '-czf', 'OUT', ...(args.length > 0 ? args : ['.']));

const ONE = {
  'app-1/bin/run': '#!/bin/sh\n',
  'app-1/bin/start': '-> ../bin/run',
  'app-1/etc/app.conf': 'port 1\n',
};
const TWO = {
  'app-2/bin/run': '#!/bin/sh\necho 2\n',
  'app-2/lib/größe': 'x\n',
  'app-2/etc/app.conf': 'port 1\n',
};

/** A machine that has what is remembered of it, and the directory, in a folder. */
function machine(shell: string) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-archive-'));
  const into = join(folder, 'opt/app');
  mkdirSync(dirname(into));
  const [program = '', ...args] = shell.split(' ');
  const run = (script: Script, wrap = (text: string) => text) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const text = wrap(script.reveal().replaceAll('/var/lib/provision', join(folder, 'var/lib/provision')));
      const child = execFile(
        program,
        [...args, '-s'],
        { env: { ...process.env, LC_ALL: 'C' } },
        (error, stdout, stderr) =>
          done({ code: error === null ? 0 : Number(error.code ?? 255), stdout, stderr }),
      );
      child.stdin?.end(`work() {\n${text}\n}\nwork </dev/null\n`);
    });
  const look = async (want: object) => {
    const resource = archive({ into, ...mine, ...want } as never);
    const judged = resource.judge(await run(resource.probe), { paths: new Set() });
    if (judged.state !== 'observed') throw new Error('not observed');
    return judged;
  };
  const changes = async (want: object): Promise<readonly Change[]> => (await look(want)).changes;
  const apply = async (want: object, wrap?: (text: string) => string) => {
    const steps = (await look(want)).steps((ref) => ref.pick(undefined) as never);
    let last = { code: 0, stdout: '', stderr: '' };
    for (const { script } of steps) last = await run(script, wrap);
    return last;
  };
  return {
    folder,
    into,
    changes,
    apply,
    file: (name: string) => join(into, name),
    beside: () => readdirSync(dirname(into)),
  };
}

const read = (path: string) => readFileSync(path, 'utf8');
const tree = (folder: string): readonly string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).toSorted();

describe.each(SHELLS)('with %s', (shell) => {
  test('it is unpacked as it was packed, and the next look finds nothing to do', async () => {
    const { into, file, apply, changes, beside } = machine(shell);
    const want = { ...tar(ONE), strip: 1 };
    expect(await changes(want)).toEqual([{ field: 'sha256', from: null, to: want.sha256 }]);
    expect(await apply(want)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(tree(into)).toEqual(['bin', 'bin/run', 'bin/start', 'etc', 'etc/app.conf']);
    expect(readlinkSync(file('bin/start'))).toBe('../bin/run');
    expect((statSync(file('bin/run')).mode & 0o7777).toString(8)).toBe('755');
    expect((statSync(into).mode & 0o7777).toString(8)).toBe('755');
    expect(beside()).toEqual(['app']);
    expect(await changes(want)).toEqual([]);
  });

  test('what was changed, taken away or opened by hand is seen and put right; of what was changed a copy is kept', async () => {
    const { file, apply, changes, into } = machine(shell);
    const want = { ...tar({ ...ONE, 'app-1/a name': 'x', 'app-1/b/c': 'y' }), strip: 1 };
    await apply(want);
    writeFileSync(file('etc/app.conf'), 'port 2\n');
    rmSync(file('bin/start'));
    symlinkSync('elsewhere', file('bin/start'));
    rmSync(file('a name'));
    chmodSync(file('bin/run'), 0o777);
    chmodSync(file('b'), 0o777);
    writeFileSync(file('b/theirs'), 'mine\n');
    expect(await changes(want)).toEqual([
      { field: 'files', from: '5 not as unpacked: a name, b, bin/run, …', to: 'as unpacked' },
    ]);
    const { code, stdout } = await apply(want);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        `provision-warning: in ${into} these were changed since they were unpacked, and are replaced; what was there is kept beside each, with the ending .before-provision: bin/start etc/app.conf\n`.replace(
          /bin\/start etc\/app.conf/,
          stdout.includes('start etc') ? '$&' : 'etc/app.conf bin/start',
        ),
    });
    expect(await changes(want)).toEqual([]);
    expect(read(file('etc/app.conf'))).toBe('port 1\n');
    expect(read(file('etc/app.conf.before-provision'))).toBe('port 2\n');
    expect(readlinkSync(file('bin/start.before-provision'))).toBe('elsewhere');
    expect(read(file('b/theirs'))).toBe('mine\n');
    writeFileSync(file('etc/app.conf'), 'port 3\n');
    await apply(want);
    const copies = tree(into).filter((name) => name.startsWith('etc/app.conf.'));
    expect(copies.map((name) => read(file(name))).toSorted()).toEqual(['port 2\n', 'port 3\n']);
  });

  test('another version takes the place of the old one; what is somebody else’s stays, and is told', async () => {
    const { file, apply, changes, into } = machine(shell);
    const one = {
      ...tar({ ...ONE, 'app-1/old/gone': '1', 'app-1/old/kept': '2', 'app-1/link': '-> old' }),
      strip: 1,
    };
    const two = { ...tar(TWO), strip: 1 };
    await apply(one);
    writeFileSync(file('old/kept'), 'by hand');
    write(into, { 'data/mine': 'theirs', 'bin/own': 'theirs' });
    expect(await changes(two)).toEqual([
      { field: 'sha256', from: one.sha256, to: two.sha256 },
      { field: 'files', from: '1 not as unpacked: old/kept', to: 'as unpacked' },
    ]);
    const { code, stdout, stderr } = await apply(two);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `provision-warning: in ${into} these are not in the archive any more, and were changed since they were unpacked: they stay: old/kept\n`,
      stderr: '',
    });
    expect(tree(into)).toEqual(
      [
        'bin',
        'bin/own',
        'bin/run',
        'data',
        'data/mine',
        'etc',
        'etc/app.conf',
        'lib',
        'lib/größe',
        'old',
        'old/kept',
      ].toSorted(),
    );
    expect(await changes(two)).toEqual([]);
  });

  test('a zip, and a file that belongs to somebody else from then on', async () => {
    const { file, apply, changes } = machine(shell);
    const zip = (content: Tree) => ({
      ...pack(content, 'app.zip', 'zip', '-qr', 'OUT', '.'),
      strip: 1,
      once: ['etc/app.conf'],
    });
    const { 'app-1/bin/start': _, ...plain } = ONE;
    const one = zip(plain);
    const two = zip({ ...TWO, 'app-2/etc/app.conf': 'port 9\n' });
    expect((await apply(one)).stderr).toBe('');
    expect(await changes(one)).toEqual([]);
    expect(read(file('etc/app.conf'))).toBe('port 1\n');
    writeFileSync(file('etc/app.conf'), 'port 2\n');
    expect(await changes(one)).toEqual([]);
    expect(await apply(two)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(read(file('etc/app.conf'))).toBe('port 2\n');
    expect(read(file('lib/größe'))).toBe('x\n');
    expect(await changes(two)).toEqual([]);
  });

  test('a directory of somebody else is refused, an empty one is filled', async () => {
    const { into, file, apply, changes } = machine(shell);
    const want = { ...tar(ONE), strip: 1 };
    write(into, { theirs: 'x' });
    await expect(changes(want)).rejects.toThrow(Refusal);
    await expect(changes(want)).rejects.toThrow('was not unpacked there by provision: theirs');
    rmSync(file('theirs'));
    expect((await apply(want)).code).toBe(0);
    expect(await changes(want)).toEqual([]);
  });

  test('a directory that is there, and is no file system of its own, is entered by nobody meanwhile', async () => {
    const { into, apply, changes } = machine(shell);
    const want = { ...tar(ONE), strip: 1 };
    await apply(want);
    chmodSync(into, 0o777);
    expect(await changes(want)).toEqual([{ field: 'directory mode', from: '0777', to: '0755' }]);
    await apply(want);
    expect(await changes(want)).toEqual([]);
  });
});

describe('what would be written elsewhere, or is no plain file, is refused before anything is unpacked', () => {
  const app = { 'a/f': 'x', 'a/b/c': 'y' };
  const moved = (to: string) => tar(app, '-P', `--transform=s,^a/f,${to},`, 'a');
  const fifo = () => {
    const folder = mkdtempSync(join(tmpdir(), 'provision-fifo-'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    execFileSync('tar', ['-cf', join(folder, 'x.tar'), '-C', folder, 'pipe']);
    return serve('x.tar', readFileSync(join(folder, 'x.tar')));
  };
  const setuid = (kind: 'tar' | 'zip', bits = 0o4755) => {
    const folder = mkdtempSync(join(tmpdir(), 'provision-setuid-'));
    write(folder, app);
    chmodSync(join(folder, 'a/f'), bits);
    execFileSync(kind, kind === 'tar' ? ['-cf', 'x', 'a'] : ['-qr', 'x', 'a'], { cwd: folder });
    return serve('x', readFileSync(join(folder, kind === 'tar' ? 'x' : 'x.zip')));
  };
  const below = () => {
    const folder = mkdtempSync(join(tmpdir(), 'provision-below-'));
    write(folder, { ...app, 'a/d': '-> b' });
    execFileSync('tar', ['-cf', 'x', '--transform=s,^a/f,a/d/f,S', 'a/d', 'a/b', 'a/f'], { cwd: folder });
    return serve('x', readFileSync(join(folder, 'x')));
  };
  const linked = () => {
    const folder = mkdtempSync(join(tmpdir(), 'provision-linked-'));
    write(folder, { 'a/b/l': '-> ../f', 'a/f': 'x' });
    execFileSync('ln', ['-P', join(folder, 'a/b/l'), join(folder, 'a/m')]);
    execFileSync('tar', ['-cf', 'x', 'a/b', 'a/f', 'a/m'], { cwd: folder });
    return serve('x', readFileSync(join(folder, 'x')));
  };

  test.each([
    ['an absolute name', () => moved('/nowhere/f'), '/nowhere/f is absolute'],
    ['a name that leads upwards', () => moved('a/../../f'), 'leads out of the directory'],
    [
      'an absolute link',
      () => tar({ ...app, 'a/l': '-> /etc/passwd' }),
      'a link that leads out of the directory',
    ],
    ['a link upwards', () => tar({ ...app, 'a/l': '-> ../../f' }), 'a link that leads out of the directory'],
    ['a link that goes up in its middle', () => tar({ ...app, 'a/l': '-> b/../f' }), 'goes up in its middle'],
    ['a member below a link', below, 'lies below a link'],
    ['a second name of a link', linked, 'is a second name of a link'],
    ['a pipe', fifo, 'is no file, directory or link'],
    ['a setuid file', () => setuid('tar'), 'is setuid or setgid'],
    ['a setgid file', () => setuid('tar', 0o2755), 'is setuid or setgid'],
    ['a setuid file in a zip', () => setuid('zip'), 'is setuid or setgid'],
    [
      'a link in a zip',
      () => pack({ 'a/f': 'x', 'a/l': '-> f' }, 'x.zip', 'zip', '-qry', 'OUT', 'a'),
      'is a link',
    ],
    ['a line break in a name', () => tar({ 'a/f\ng': 'x' }), 'control character'],
    [
      'what is neither',
      () => serve('x.tar', Buffer.from('<html>not found</html>')),
      'neither a zip nor an archive',
    ],
  ])('%s', async (_name, make, said) => {
    for (const shell of SHELLS) {
      const { folder, apply, beside } = machine(shell);
      const { code, stderr } = await apply(make());
      expect({ shell, code, stderr }).toEqual({ shell, code: 1, stderr: expect.stringContaining(said) });
      expect(beside()).toEqual([]);
      expect(readdirSync(join(folder, 'var/lib/provision/archives'))).toEqual([]);
    }
  });

  test('with strip, a link is held against where it will be', async () => {
    const { apply } = machine('dash');
    const want = tar({ 'a/b/l': '-> ../../f', f: 'x' });
    expect((await apply({ ...want, strip: 1 })).stderr).toContain('leads out of the directory');
    expect((await apply(want)).code).toBe(0);
  });

  test('another digest than was promised, and a URL that has nothing, put nothing there', async () => {
    const { apply, beside } = machine('dash');
    const want = tar(ONE);
    expect((await apply({ ...want, sha256: '0'.repeat(64) })).stderr).toContain(
      `has the SHA-256 ${want.sha256}, not 000`,
    );
    expect((await apply({ ...want, url: `${want.url}x` })).code).not.toBe(0);
    expect(beside()).toEqual([]);
  });
});

describe('what is in the place of a member and is of another kind stops it before anything is changed', () => {
  test.each([
    ['a file where a directory is to be', { lib: 'theirs' }, 'lib is no directory'],
    ['a link where a directory is to be', { lib: '-> /tmp' }, 'lib is no directory'],
    ['a directory where a file is to be', { 'lib/größe/x': 'theirs' }, 'is no file'],
  ])('%s', async (_name, theirs, said) => {
    const { into, apply, changes, file } = machine('dash');
    const one = { ...tar(ONE), strip: 1 };
    await apply(one);
    write(into, theirs as Tree);
    const { code, stderr } = await apply({ ...tar(TWO), strip: 1 });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(said) });
    expect(read(file('bin/run'))).toBe('#!/bin/sh\n');
    expect(lstatSync(file('lib')).isDirectory()).toBe('lib/größe/x' in theirs);
    expect(await changes(one)).toEqual([]);
  });
});

const PROGRAMS = 'mkdir rm mv cp chown chmod find sort xargs touch tar curl rmdir'.split(' ');
const places = new Map(
  PROGRAMS.map((name) => [
    name,
    execFileSync('sh', ['-c', `PATH=/usr/bin:/bin command -v ${name}`], { encoding: 'utf8' }).trim(),
  ]),
);

/** Ends the shell, as SIGKILL does, instead of the program that it begins at that place in the order. */
const killedAt = (place: number, folder: string) => (text: string) => {
  const bin = join(folder, 'bin');
  const count = join(folder, 'count');
  mkdirSync(bin, { recursive: true });
  rmSync(count, { force: true });
  for (const [name, path] of places)
    writeFileSync(
      join(bin, name),
      `#!/bin/sh
echo x >>${count}
n=0
while read -r _; do n=$((n + 1)); done <${count}
[ "$n" -lt ${place} ] || { kill -9 $(cat ${folder}/shell) $PPID; exit 1; }
exec ${path} "$@"
`,
      { mode: 0o755 },
    );
  return `echo $$ >${folder}/shell\nPATH=${bin}:/usr/bin:/bin\n${text}`;
};

test('killed at any of its commands, the next run is right', { timeout: 300_000 }, async () => {
  const one = { ...tar({ ...ONE, 'app-1/old/gone': '1' }), strip: 1 };
  const two = { ...tar(TWO), strip: 1 };
  const whole = [
    'bin',
    'bin/own',
    'bin/run',
    'etc',
    'etc/app.conf',
    'etc/app.conf.before-provision',
    'lib',
    'lib/größe',
  ].toSorted();
  const { into, folder, file, apply, changes, beside } = machine('dash');
  await apply(one);
  write(into, { 'bin/own': 'theirs' });
  writeFileSync(file('etc/app.conf'), 'port 2\n');
  const before = mkdtempSync(join(tmpdir(), 'provision-before-'));
  execFileSync('cp', ['-a', `${folder}/.`, before]);
  let killed = 0;
  for (let count = 1; ; count++) {
    rmSync(folder, { recursive: true });
    execFileSync('cp', ['-a', before, folder]);
    const { code } = await apply(two, killedAt(count, folder));
    if (code === 0) break;
    killed++;
    expect({ count, theirs: read(file('bin/own')), conf: existsSync(file('etc/app.conf')) }).toEqual({
      count,
      theirs: 'theirs',
      conf: true,
    });
    expect({ count, ...(await apply(two)) }).toMatchObject({ count, code: 0 });
    expect({ count, tree: tree(into) }).toEqual({ count, tree: whole });
    expect({ count, copy: read(file('etc/app.conf.before-provision')) }).toEqual({ count, copy: 'port 2\n' });
    expect({ count, left: await changes(two), beside: beside() }).toEqual({
      count,
      left: [],
      beside: ['app'],
    });
  }
  expect(killed).toBeGreaterThan(25);
});

test('killed at any of its commands on a bare host, nothing or all of it is there', {
  timeout: 300_000,
}, async () => {
  const one = { ...tar(ONE), strip: 1 };
  for (let count = 1; ; count++) {
    const { into, folder, apply, changes, beside } = machine('dash');
    const { code } = await apply(one, killedAt(count, folder));
    if (code === 0) break;
    if (existsSync(into)) expect(tree(into)).toHaveLength(5);
    expect({ count, ...(await apply(one)) }).toMatchObject({ count, code: 0 });
    expect({ count, left: await changes(one), beside: beside() }).toEqual({
      count,
      left: [],
      beside: ['app'],
    });
  }
});
