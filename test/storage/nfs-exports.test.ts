import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/resource/index.ts';
import { nfsExport } from '../../src/resources/nfs-export.ts';

const OPTIONS = ['rw', 'sync', 'no_root_squash', 'no_subtree_check', 'sec=sys'];
const GOOD = 'sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash';
const resource = nfsExport({ path: '/srv/mail', clients: ['192.0.2.11', '192.0.2.12'], options: OPTIONS });

/** A server with these files of exports(5), on which exportfs(8) shows these rows. */
class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-exports-'));
  readonly #bin = join(this.folder, 'bin');
  readonly #shell: string;

  constructor(shell: string) {
    this.#shell = shell;
    for (const path of [this.#bin, join(this.folder, 'etc/exports.d')]) mkdirSync(path, { recursive: true });
    this.command('systemctl', 'exit 0');
    this.command('systemd-escape', 'echo srv.mount');
    this.write('fstab', '');
    this.mounted('/');
    this.command(
      'getent',
      "case $2 in node-1.example.org) echo '192.0.2.11 STREAM' ;; node-2) echo '192.0.2.12 STREAM' ;; *) exit 2 ;; esac",
    );
    this.shows();
  }

  command(name: string, text: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  /** What is exported is on the file system that is mounted here. */
  mounted(where: string): void {
    this.command('findmnt', `case "$*" in *--mountpoint*) exit 1 ;; *) echo ${where} ;; esac`);
    this.command('stat', `case $4 in ${where}/..) echo 1 ;; *) echo ${where === '/' ? 1 : 2} ;; esac`);
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, 'etc', path), text);
  }

  shows(...rows: readonly string[]): void {
    this.command('exportfs', rows.map((row) => `echo '${row}'`).join('\n') || ':');
  }

  judged() {
    const { stdout, stderr, status } = spawnSync(this.#shell, ['-s'], {
      input: resource.probe.reveal().replaceAll('/etc/', `${this.folder}/etc/`),
      encoding: 'utf8',
      env: { PATH: `${this.#bin}:${process.env.PATH}`, LC_ALL: 'C' },
    });
    return resource.judge(
      { code: status ?? 1, stdout: stdout.replaceAll(this.folder, ''), stderr },
      { paths: new Set() },
    );
  }

  /** The line that is to be written; `undefined` where nothing is to be done. */
  line(): unknown {
    const judged = this.judged();
    if (judged.state !== 'observed') throw new Error(judged.reason);
    return judged.changes.length === 0
      ? undefined
      : judged.changes.find(({ field }) => field === 'export')?.to;
  }
}

describe.each(['dash', 'bash'])('what somebody exports by hand, asked in %s', (shell) => {
  test('hosts that are let in by name are let in', () => {
    const server = new Server(shell);
    server.write(
      'exports',
      '# the mail\n/srv/mail/\tnode-1.example.org(rw,no_root_squash) \\\n  node-2(rw,no_root_squash)\n',
    );
    server.shows(`/srv/mail  node-1.example.org(${GOOD})`, `/srv/mail  node-2(${GOOD})`);
    expect(server.line()).toBeUndefined();
  });

  test('one that is not let in yet gets a line, and no second one is written for the other', () => {
    const server = new Server(shell);
    server.write(
      'exports.d/mail.exports',
      '"/srv/mail" node-2(rw,no_root_squash) 192.0.2.0/24(ro) @trusted(ro) *.example.org(ro)\n',
    );
    server.shows(
      `/srv/mail  node-2(${GOOD})`,
      '/srv/mail  192.0.2.0/24(sync,ro,root_squash)',
      '/srv/mail  @trusted(sync,ro,root_squash)',
      '/srv/mail  *.example.org(sync,ro,root_squash)',
    );
    expect(server.line()).toBe(`"/srv/mail" 192.0.2.11(${OPTIONS.join(',')})\n`);
  });

  test('one that is let in with options that lose mail or stop Mailu is named', () => {
    const server = new Server(shell);
    server.write('exports', '/srv/mail 192.0.2.11(rw,async) node-2(rw,no_root_squash)\n');
    server.shows(
      '/srv/mail  192.0.2.11(async,wdelay,hide,sec=sys,rw,secure,root_squash,no_all_squash)',
      `/srv/mail  node-2(${GOOD})`,
    );
    expect(() => server.judged()).toThrow(Refusal);
    expect(() => server.judged()).toThrow(
      /to 192\.0\.2\.11 without sync, no_root_squash by a line that is not ours/,
    );
  });

  test('what is exported for the moment only, or named by a line for another directory, is ours to write', () => {
    const server = new Server(shell);
    server.write('exports', '#/srv/mail node-1\n/srv/mail2 node-2(ro)\n/srv node-2(ro)\n');
    server.shows(`/srv/mail  192.0.2.11(${GOOD})`, `/srv/mail  node-2(${GOOD})`);
    expect(server.line()).toContain('192.0.2.11(rw');
    server.write('exports.d/provision.exports', String(server.line()));
    expect(server.line()).toBeUndefined();
  });

  test('what was exported before stays so: it may be mounted', () => {
    const server = new Server(shell);
    server.write('exports.d/provision.exports', '"/srv/old" 192.0.2.11(rw)\n');
    const judged = server.judged();
    if (judged.state !== 'observed') throw new Error(judged.reason);
    const [step] = judged.steps(() => '' as never);
    expect(step?.script.shown).toMatch(/"\/srv\/mail" 192\.0\.2\.11\(.*\n"\/srv\/old" 192\.0\.2\.11\(rw\)\n/);
  });

  test('nobody is let in while its own file system is not mounted, and no run forgets that', () => {
    const server = new Server(shell);
    server.mounted('/srv');
    const line = String(server.line());
    expect(line).toContain('192.0.2.11(rw,sync,no_root_squash,no_subtree_check,sec=sys,mp=/srv) ');
    server.write('exports.d/provision.exports', line);
    server.shows(
      `/srv/mail  192.0.2.11(${GOOD},mountpoint=/srv)`,
      `/srv/mail  192.0.2.12(${GOOD},mountpoint=/srv)`,
    );
    expect(server.line()).toBeUndefined();
    server.mounted('/');
    expect(() => server.judged()).toThrow(
      /was on a file system of its own at \/srv, and none is mounted there now/,
    );
    server.mounted('/srv/mail');
    expect(server.line()).toContain('mp=/srv/mail)');
  });
});
