import { z } from 'zod';
import { type Change, compare, defineResource, ProbeError } from '../../resource/index.ts';
import { lines, type Script, sh } from '../../shell/index.ts';
import { rowsAfter } from '../rows.ts';
import { writeFile } from '../write-file.ts';
import { MARK, type Openings, openingsWant, sortedPorts } from './openings.ts';

const MAIN = '/etc/nftables.conf';
const FILE = '/etc/nftables.d/provision.nft';
/** With a pattern, a file that is gone is no error, which would keep the whole firewall from starting (nft(8), INCLUDE FILES). */
const INCLUDE = 'include "/etc/nftables.d/provision*.nft"';

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

const listing = z.object({
  nftables: z.array(
    z.object({
      chain: z
        .object({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          type: z.string().optional(),
          hook: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

/**
 * Openings in the rules of nftables.service: a drop in one table cannot be undone by another, so ours are put first into every
 * chain that sees what comes in, now by hand, and at a start by a file that the main one includes last.
 */
export const nftablesOpenings = defineResource({
  kind: 'nftables-openings',
  want: openingsWant,
  key: () => 'peers',

  observe: () => ({
    script: sh`
      echo "included $(grep -cxF ${INCLUDE} ${MAIN})"
      echo "kept $(base64 -w0 ${FILE} 2>/dev/null)"
      nft list ruleset 2>/dev/null | sed -n 's/^[[:space:]]*\(.* comment "provision"\)$/now \1/p'
      chains=$(nft -j list chains) || exit 66
      printf 'chains %s\n' "$chains"`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask nft', output);
      const of = (word: string) => rowsAfter(word, output.stdout);
      const chains = listing
        .parse(JSON.parse(of('chains')[0] ?? '{}'))
        .nftables.flatMap(({ chain }): readonly Chain[] =>
          chain?.hook === 'input' && chain.type === 'filter' && !isIptables(chain) ? [chain] : [],
        );
      return {
        chains,
        included: of('included')[0] === '1',
        kept: Buffer.from(of('kept')[0] ?? '', 'base64').toString(),
        now: countsOf(of('now')),
      };
    },
  }),

  diff(want, { chains, included, kept, now }): readonly Change[] {
    if (!want.complete && now.size > 0) return [];
    const rules = rulesOf(want);
    const everywhere = (rule: string) => now.get(rule) === chains.length;
    const old = [...now.keys()].filter((rule) => !rules.includes(rule));
    return [
      ...rules
        .filter((rule) => !everywhere(rule))
        .map((rule) => ({ field: rule, from: now.has(rule) ? 'open in some chains' : null, to: 'open' })),
      ...old.map((rule) => ({ field: rule, from: 'open', to: null })),
      ...compare('after a start', kept || null, contentOf(rules, chains) || null),
      ...compare('included', included, true),
    ];
  },

  apply(want, { chains }) {
    const content = contentOf(rulesOf(want), chains);
    return [
      {
        title: `write ${FILE}`,
        script: sh`
          mkdir -p -m 0755 /etc/nftables.d || exit 1
          (${writeFile({ path: FILE, content, mode: '0644', owner: 'root', group: 'root' })}) || exit 1
          grep -qxF ${INCLUDE} ${MAIN} || printf '%s\n' ${INCLUDE} >>${MAIN}`,
      },
      {
        title: 'put the openings in place',
        // In one transaction, so that nothing is shut out in between.
        script: sh`
          {
            ${lines(chains.map(({ family, table, name }) => forget(family, table, name)))}
            cat ${FILE}
          } | nft -f -`,
      },
    ];
  },
});

function countsOf(rows: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}

/** Commands of nft that delete our rules of a chain, by their handles. */
function forget(family: string, table: string, name: string): Script {
  const chain = [family, table, name];
  return sh`
    nft -a list chain ${chain} | sed -n 's/.* comment "provision" # handle \([0-9]*\)$/\1/p' | while read -r handle; do
      echo delete rule ${chain} handle "$handle"
    done`;
}

/** The rules as nft itself prints them, which is how they are compared. */
function rulesOf({ from, tcp, udp, esp }: Openings): readonly string[] {
  if (from.length === 0) return [];
  const source = `ip saddr ${setOf(from.toSorted(byNumber))}`;
  const end = `accept comment "${MARK}"`;
  return [
    ...(tcp.length > 0 ? [`${source} tcp dport ${setOf(sortedPorts(tcp.map(String)))} ${end}`] : []),
    ...(udp.length > 0 ? [`${source} udp dport ${setOf(sortedPorts(udp.map(String)))} ${end}`] : []),
    ...(esp ? [`${source} ip protocol esp ${end}`] : []),
  ];
}

function contentOf(rules: readonly string[], chains: readonly Chain[]): string {
  return chains
    .flatMap(({ family, table, name }) =>
      rules.map((rule) => `insert rule ${family} ${table} ${name} ${rule}\n`),
    )
    .join('');
}

function setOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(', ')} }`;
}

function byNumber(a: string, b: string): number {
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number(a) - number(b);
}

/** Chains that iptables keeps by way of nftables are its own: `table ip filter`, `INPUT`. */
function isIptables({ family, name }: Chain): boolean {
  return name === 'INPUT' && family !== 'inet';
}
