import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refreshLists } from '../../src/resources/refresh-lists.ts';

const SHELLS = ['dash', 'bash', 'busybox sh'];

interface Machine {
  /** What `apt-get update` prints, and its exit code. */
  readonly says: readonly string[];
  readonly code?: number;
  /** What `apt-cache madison` prints, by package. */
  readonly has: Readonly<Record<string, readonly string[]>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs the script with another /etc/apt and /run, and an apt that says this. */
function refreshed(shell: string, { says, code = 100, has, files }: Machine) {
  const folder = mkdtempSync(join(tmpdir(), 'provision-lists-'));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of ['etc/apt/sources.list.d', 'run', 'var/lib/apt/lists', 'bin'])
    mkdirSync(join(folder, name), { recursive: true });
  put('etc/apt/sources.list', '');
  for (const [name, text] of Object.entries(files)) put(`etc/apt/${name}`, text);
  put('said', says.map((line) => `${line}\n`).join(''));
  put('bin/apt-get', `#!/bin/sh\ncat ${folder}/said\nexit ${code}\n`);
  const cases = Object.entries(has).map(
    ([name, lines]) => `${name}) printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} ;;`,
  );
  put('bin/apt-cache', `#!/bin/sh\nfor last; do :; done\ncase $last in\n${cases.join('\n')}\nesac\n`);
  for (const name of ['apt-get', 'apt-cache']) chmodSync(join(folder, 'bin', name), 0o755);
  const script = refreshLists(Object.keys(has), 5)
    .reveal()
    .replaceAll(/\/(etc\/apt|run\/provision|var\/lib\/apt)/g, `${folder}/$1`);
  const [program = '', ...more] = shell.split(' ');
  const ran = spawnSync(program, [...more, '-s'], {
    input: script,
    encoding: 'utf8',
    env: { PATH: `${folder}/bin:${process.env.PATH}` },
  });
  const last = (text: string) => text.trim().split('\n').at(-1)?.replaceAll(folder, '') ?? '';
  return { code: ran.status, said: last(ran.stdout), error: last(ran.stderr) };
}

const MAIN = 'http://deb.debian.org/debian trixie/main amd64 Packages';
const good = 'Hit:1 http://deb.debian.org/debian trixie InRelease';
const debian = { 'sources.list': 'deb http://deb.debian.org/debian trixie main\n' };

test.each(SHELLS)('%s: a source that nothing is needed of is a warning with its file', (shell) => {
  const dead = {
    ...debian,
    'sources.list.d/vendor.list':
      '# http://gone.example/apt stable\ndeb [trusted=yes] http://anna:secret@gone.example/apt/ stable main\n',
    'sources.list.d/other.list': 'deb http://gone.example/apt-more stable main\n',
    'sources.list.d/vendor.list.save': 'deb http://gone.example/apt stable main\n',
    'sources.list.d/flat.sources': 'Types: deb\nURIs: http://flat.example/k8s/deb/\nSuites: /\n',
  };
  const says = [
    good,
    'Err:2 http://gone.example/apt stable InRelease',
    'Err:3 http://flat.example/k8s/deb  InRelease',
  ];
  expect(
    refreshed(shell, { says, has: { 'docker.io': [`docker.io | 26.1 | ${MAIN}`] }, files: dead }),
  ).toEqual({
    code: 0,
    said: 'provision-warning: sources of packages cannot be used: http://flat.example/k8s/deb  (/etc/apt/sources.list.d/flat.sources), http://gone.example/apt stable (/etc/apt/sources.list.d/vendor.list); what is needed comes from others',
    error: '',
  });
});

test.each(SHELLS)('%s: a translation that is not there breaks no source', (shell) => {
  const says = [
    'Get:4 file:/srv/own ./ Packages [12 kB]',
    'Err:5 file:/srv/own ./ Translation-en',
    '  File not found - /srv/own/./en.xz (2: No such file or directory)',
    'Ign:5 file:/srv/own ./ Translation-en',
    'Err:6 http://gone.example/apt stable/main amd64 Packages [33 kB]',
  ];
  const has = { tree: ['tree | 2.1 | file:/srv/own ./ Packages'] };
  const { code, said } = refreshed(shell, { says, has, files: debian });
  expect({ code, said }).toEqual({
    code: 0,
    said: 'provision-warning: sources of packages cannot be used: http://gone.example/apt stable (named in no file of /etc/apt/sources.list.d); what is needed comes from others',
  });
});

test.each(SHELLS)('%s: of one mirror a suite may be gone, and what is needed is in another', (shell) => {
  const says = [
    good,
    'Err:2 http://deb.debian.org/debian bullseye-backports Release',
    "E: The repository 'http://deb.debian.org/debian bullseye-backports Release' does not have a Release file.",
  ];
  const { code, said } = refreshed(shell, {
    says,
    has: { 'docker.io': [`docker.io | 26.1 | ${MAIN}`] },
    files: debian,
  });
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringContaining('http://deb.debian.org/debian bullseye-backports (/etc/apt/sources.list)'),
  });
});

test.each(SHELLS)('%s: what is warned of is in use all the same', (shell) => {
  const says = [
    good,
    'Hit:2 https://download.docker.com/linux/debian trixie InRelease',
    'Err:3 http://gone.example/apt stable InRelease',
    'W: https://download.docker.com/linux/debian/dists/trixie/InRelease: Key is stored in legacy trusted.gpg keyring',
  ];
  const has = {
    'docker-ce': ['docker-ce | 28.5 | https://download.docker.com/linux/debian trixie/stable amd64 Packages'],
  };
  expect(refreshed(shell, { says, has, files: debian }).code).toBe(0);
});

test.each(SHELLS)('%s: what is in the broken source alone is named as lacking', (shell) => {
  const says = [good, 'Err:2 http://flat.example/k8s/deb  InRelease'];
  const has = {
    'docker.io': [`docker.io | 26.1 | ${MAIN}`],
    kubelet: ['kubelet | 1.31 | http://flat.example/k8s/deb  Packages'],
    nowhere: [],
  };
  expect(refreshed(shell, { says, has, files: debian })).toMatchObject({
    code: 100,
    error:
      'sources of packages that cannot be used: http://flat.example/k8s/deb  (named in no file of /etc/apt/sources.list.d); without them there is no kubelet nowhere',
  });
});

test.each(SHELLS)('%s: where no source can be used, apt says why', (shell) => {
  const says = [
    'Err:1 http://deb.debian.org/debian trixie InRelease',
    '  Temporary failure resolving',
    'E: Temporary failure resolving deb.debian.org',
  ];
  const has = { 'docker.io': [`docker.io | 26.1 | ${MAIN}`] };
  expect(refreshed(shell, { says, has, files: debian })).toMatchObject({
    code: 100,
    error: 'E: Temporary failure resolving deb.debian.org',
  });
});

test.each(SHELLS)('%s: lists that can all be had are had once', (shell) => {
  expect(refreshed(shell, { says: [good], code: 0, has: {}, files: debian })).toEqual({
    code: 0,
    said: good,
    error: '',
  });
});

test.each(SHELLS)('%s: a source that apt has got and does not take is as one that is gone', (shell) => {
  const says = [
    good,
    'Get:2 http://old.example/apt stable InRelease',
    'Get:3 http://flat.example/k8s/deb ./ InRelease',
    'Get:4 http://bare.example/deb  InRelease',
    'Get:5 http://new.example/apt stable InRelease',
    'Ign:6 http://plain.example/apt stable InRelease',
    'E: Release file for http://old.example/apt/dists/stable/InRelease is expired (invalid since 1d 2h 3min 4s). Updates for this repository will not be applied.',
    'E: Release file for http://flat.example/k8s/deb/./InRelease is expired (invalid since 1d 2h 3min 4s). Updates for this repository will not be applied.',
    'E: Release file for http://bare.example/deb/InRelease is expired (invalid since 1d 2h 3min 4s). Updates for this repository will not be applied.',
    "E: Repository 'http://new.example/apt stable InRelease' changed its 'Suite' value from 'stable' to 'oldstable'",
    "E: The repository 'http://plain.example/apt stable Release' is not signed.",
  ];
  const names = ['old', 'flat', 'bare', 'new', 'plain'];
  const { code, said } = refreshed(shell, {
    says,
    has: { 'docker.io': [`docker.io | 26.1 | ${MAIN}`] },
    files: Object.fromEntries(names.map((name) => [`sources.list.d/${name}.list`, '# none\n'])),
  });
  expect(code).toBe(0);
  expect(said.match(/http:\S+ \S*(?= [(])/g)?.toSorted()).toEqual([
    'http://bare.example/deb ',
    'http://flat.example/k8s/deb .',
    'http://new.example/apt stable',
    'http://old.example/apt stable',
    'http://plain.example/apt stable',
  ]);
});

test.each(SHELLS)('%s: where the clock is behind, no source is one that can be done without', (shell) => {
  const says = [
    good,
    'E: Release file for http://deb.debian.org/debian/dists/trixie-updates/InRelease is not valid yet (invalid for another 7h 27min 25s). Updates for this repository will not be applied.',
  ];
  const has = { 'docker.io': [`docker.io | 26.1 | ${MAIN}`] };
  expect(refreshed(shell, { says, has, files: debian })).toMatchObject({
    code: 100,
    error: expect.stringContaining('is not valid yet'),
  });
});
