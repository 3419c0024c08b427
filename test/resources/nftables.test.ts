import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/resource/index.ts';
import { nftablesOpenings } from '../../src/resources/firewall/nftables.ts';
import type { Script } from '../../src/shell/index.ts';

const OURS = '/etc/nftables.d/provision.nft';
const chain = (family: string, table: string, name: string) => ({
  chain: { family, table, name, handle: 1, type: 'filter', hook: 'input', prio: 0, policy: 'accept' },
});
const INPUT = chain('inet', 'filter', 'input');
/** What fail2ban makes with its first jail (its action nftables), after nftables.service has begun. */
const FAIL2BAN = chain('inet', 'f2b-table', 'f2b-chain');
const FILTER =
  'flush ruleset\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0\n\t}\n}';

/** An nft that knows the chains of the test, and takes a file whose rules are for tables that this file makes. */
const NFT = `#!/bin/sh
case "$1 $2" in
  '-j list') cat "$HERE/chains" ;;
  '-c -f')
    files="$3 $(sed -n 's/^include "\\(.*\\)"$/\\1/p' "$3")"
    ! grep -q '}include' $files || { echo 'syntax error, unexpected include' >&2; exit 1; }
    for table in $(cat $files 2>/dev/null | sed -n 's/^insert rule inet \\([^ ]*\\) .*/\\1/p'); do
      grep -q "^table inet $table " $files || { echo "No such file or directory: $table" >&2; exit 1; }
    done ;;
  '-f -') cat >"$HERE/now" ;;
esac`;

class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-nft-'));

  constructor(main: string, chains: readonly object[]) {
    for (const path of ['bin', 'etc/nftables.d', 'run'])
      mkdirSync(join(this.folder, path), { recursive: true });
    writeFileSync(join(this.folder, 'bin/nft'), NFT);
    chmodSync(join(this.folder, 'bin/nft'), 0o755);
    writeFileSync(join(this.folder, 'chains'), JSON.stringify({ nftables: chains }));
    this.write('/etc/nftables.conf', main);
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text.replaceAll('/etc/', `${this.folder}/etc/`));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8').replaceAll(this.folder, '');
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  run(script: Script) {
    const { folder } = this;
    const text = script
      .reveal()
      .replaceAll(/\/(etc|run)(\/|\b)/g, `${folder}/$1$2`)
      .replaceAll('root:root', userInfo().username);
    const { stdout, stderr, status } = spawnSync('dash', ['-c', text], {
      encoding: 'utf8',
      env: { HERE: folder, PATH: `${folder}/bin:${process.env.PATH}` },
    });
    return { code: status ?? 1, stdout, stderr };
  }

  /** Opens what is to be open. Gives what went wrong. */
  open(): string {
    const resource = nftablesOpenings({ from: ['192.0.2.12'], tcp: [2377] });
    const judged = resource.judge(this.run(resource.probe), { paths: new Set() });
    if (judged.state !== 'observed') throw new Error('not observed');
    const failed = judged
      .steps((ref) => ref.pick(undefined) as never)
      .map(({ script }) => this.run(script))
      .find(({ code }) => code !== 0);
    return failed?.stderr ?? '';
  }
}

const RULE = 'ip saddr 192.0.2.12 tcp dport 2377 accept comment "provision"';

test('a chain of another program is opened now, and is not in what is read at a start, before that program runs', () => {
  const host = new Host(`${FILTER}\n`, [INPUT, FAIL2BAN]);
  expect(host.open()).toBe('');
  expect(host.read('now').trim().split('\n').sort()).toEqual([
    `insert rule inet f2b-table f2b-chain ${RULE}`,
    `insert rule inet filter input ${RULE}`,
  ]);
  expect(host.read(OURS)).toBe(`insert rule inet filter input ${RULE}\n`);
});

test('tables of files that the main one includes are there at a start', () => {
  const host = new Host('flush ruleset\ninclude "/etc/nft-rules/*.nft"\n', [INPUT]);
  mkdirSync(join(host.folder, 'etc/nft-rules'));
  host.write(
    '/etc/nft-rules/filter.nft',
    'table inet filter { chain input { type filter hook input priority 0; } }\n',
  );
  expect(host.open()).toBe('');
  expect(host.read(OURS)).toBe(`insert rule inet filter input ${RULE}\n`);
});

test('a main file whose last line has no end is not broken', () => {
  const host = new Host(FILTER, [INPUT]);
  expect(host.open()).toBe('');
  expect(host.read('/etc/nftables.conf')).toBe(`${FILTER}\ninclude "/etc/nftables.d/provision*.nft"\n`);
});

test('what the firewall would not start with is put back, and nothing is opened', () => {
  const host = new Host(`${FILTER}\n`, [INPUT]);
  writeFileSync(
    join(host.folder, 'bin/nft'),
    NFT.replace("'-c -f')", `'-c -f') ! grep -q include "$3" || { echo 'no such chain' >&2; exit 1; }`),
  );
  expect(host.open()).toMatch(/no such chain.*as it was before/s);
  expect(host.read('/etc/nftables.conf')).toBe(`${FILTER}\n`);
  expect(host.has(OURS)).toBe(false);
});

test('a main file that does not work anyway keeps nobody from opening what has to be', () => {
  const host = new Host(`${FILTER}\ntable inet filter { }include x\n`, [INPUT]);
  expect(host.open()).toBe('');
  expect(host.has(OURS)).toBe(true);
});

test('the chain that iptables takes for its own is left to a person, who is told what to let in', () => {
  const main =
    'flush ruleset\ntable ip filter {\n chain INPUT {\n  type filter hook input priority 0; policy drop;\n }\n}\n';
  const host = new Host(main, [chain('ip', 'filter', 'INPUT')]);
  expect(() => host.open()).toThrow(Refusal);
  expect(() => host.open()).toThrow(/chain INPUT of table ip filter.*Docker with it/);
  expect(host.read('/etc/nftables.conf')).toBe(main);
});

test('where nothing filters what comes in there is nothing to open: iptables has a chain for Docker', () => {
  expect(new Host(`${FILTER}\n`, []).open()).toBe('');
  const host = new Host(`${FILTER}\n`, [chain('ip', 'filter', 'INPUT')]);
  expect(host.open()).toBe('');
  expect(host.has('now')).toBe(false);
});
