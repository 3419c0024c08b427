import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { APT_LIST_CAUSES } from '../../src/engine/apt-list-causes.ts';
import { refreshLists } from '../../src/resources/refresh-lists.ts';

/** A real apt whose files are all in a folder, with a source of its own and one of somebody else's there. */
class Apt {
  readonly #folder = mkdtempSync(join(tmpdir(), 'provision-apt-'));

  constructor() {
    const apt = ['sources.list.d', 'apt.conf.d', 'preferences.d', 'auth.conf.d', 'trusted.gpg.d'];
    for (const name of [
      ...apt.map((name) => `etc/apt/${name}`),
      'run',
      'lists/partial',
      'cache/archives/partial',
      'own',
      'other',
    ])
      mkdirSync(join(this.#folder, name), { recursive: true });
    const config = {
      'Dir::Etc': `${this.#folder}/etc/apt`,
      'Dir::State::Lists': `${this.#folder}/lists`,
      'Dir::Cache': `${this.#folder}/cache`,
      'APT::Sandbox::User': 'root',
    };
    const lines = Object.entries(config).map(([name, value]) => `${name} "${value}";\n`);
    writeFileSync(join(this.#folder, 'apt.conf'), lines.join(''));
    this.release('own', 'one', 2023);
    this.release('other', 'one', 2023);
    this.source('own', 'trusted=yes');
    this.source('other', 'trusted=yes');
  }

  /** A repository with one package, called after it, as a release with this name of a year. */
  release(name: string, codename: string, year: number): void {
    const packages = `Package: ${name}-package\nVersion: 1\nArchitecture: all\nFilename: ./x.deb\nSize: 1\nSHA256: ${'0'.repeat(64)}\n`;
    const sum = createHash('sha256').update(packages).digest('hex');
    const repository = join(this.#folder, name);
    writeFileSync(join(repository, 'Packages'), packages);
    writeFileSync(
      join(repository, 'Release'),
      `Origin: ${name}\nSuite: stable\nCodename: ${codename}\nDate: ${new Date(Date.UTC(year)).toUTCString()}\nSHA256:\n ${sum} ${packages.length} Packages\n`,
    );
  }

  source(name: string, option: string): void {
    const entry = `deb [${option}] file:${this.#folder}/${name} ./\n`;
    writeFileSync(join(this.#folder, 'etc/apt/sources.list.d', `${name}.list`), entry);
  }

  run(command: string) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', APT_CONFIG: join(this.#folder, 'apt.conf') },
    });
    return {
      code: status,
      said: stdout.replaceAll(this.#folder, ''),
      error: stderr.replaceAll(this.#folder, ''),
    };
  }

  refreshed(name: string) {
    const script = refreshLists([name], 5).reveal();
    return this.run(
      script
        .replaceAll('/var/lib/apt/lists', `${this.#folder}/lists`)
        .replaceAll(/\/(etc\/apt|run\/provision)/g, `${this.#folder}/$1`),
    );
  }
}

const WARNED =
  'provision-warning: sources of packages cannot be used: file:/other . (/etc/apt/sources.list.d/other.list); what is needed comes from others';

test('a source that became another release is a warning, and the fix of its cause accepts it', () => {
  const apt = new Apt();
  expect(apt.refreshed('own-package')).toMatchObject({ code: 0, error: '' });
  apt.release('other', 'two', 2025);
  const own = apt.refreshed('own-package');
  expect({ code: own.code, said: own.said.trim().split('\n').at(-1) }).toEqual({ code: 0, said: WARNED });
  const others = apt.refreshed('other-package');
  expect(others.code).toBe(100);
  const cause = APT_LIST_CAUSES.find(({ words }) => words.test(others.error));
  expect(cause?.code).toBe('lists-renamed');
  const fix = /`(apt-get update .*?)`/.exec(cause?.fix ?? '')?.[1] ?? '';
  expect(apt.run(fix).code).toBe(0);
  expect(apt.refreshed('other-package').code).toBe(0);
});

test('a source that nothing signs is a warning', () => {
  const apt = new Apt();
  apt.source('other', 'arch=all');
  const own = apt.refreshed('own-package');
  expect({ code: own.code, said: own.said.trim().split('\n').at(-1) }).toEqual({ code: 0, said: WARNED });
  expect(apt.refreshed('other-package').code).toBe(100);
});
