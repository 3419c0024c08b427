import { z } from 'zod';
import { type Change, compare, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
import { lines, raw, type Script, sh } from '../../shell/index.ts';
import { rowsAfter } from '../rows.ts';
import { writeFile } from '../write-file.ts';
import { MARK, nameOf, type Openings, openingsOf, openingsWant, sortedPorts } from './openings.ts';

const MAIN = '/etc/nftables.conf';
const FILE = '/etc/nftables.d/provision.nft';
/** With a pattern, a file that is gone is no error, which would keep the whole firewall from starting (nft(8), INCLUDE FILES). */
const INCLUDE = 'include "/etc/nftables.d/provision*.nft"';

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Whether the main file makes its table. Another program's, as fail2ban's, is not there yet when that file is read. */
  readonly atStart: boolean;
}

/** Prints the tables that the main file makes, or what it includes: `made inet filter`. */
const MADE = raw(`\
cd /etc
read= more=${MAIN}
while [ -n "$more" ]; do
  read="$read $more"
  found=$(cat -- $more 2>/dev/null | sed -n 's/^[[:space:]]*include[[:space:]]*"\\([^"]*\\)".*/\\1/p')
  more=
  for f in $found; do case " $read $more ${FILE} " in *" $f "*) ;; *) [ ! -f "$f" ] || more="$more $f" ;; esac; done
done
cat -- $read 2>/dev/null | sed 's/#.*//' | tr ';{' '\\n\\n' |
  sed -nE 's/^[[:space:]]*((add|create)[[:space:]]+)?table[[:space:]]+((ip|ip6|inet|arp|bridge|netdev)[[:space:]]+)?([^[:space:]]+)[[:space:]]*$/made \\4 \\5/p' |
  sed 's/^made  /made ip /'`);

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
 * What nftables.service lets in. A drop in one table cannot be undone by another, so ours are put first into every
 * chain that sees what comes in, now by hand, and at a start by a file that the main one includes last. That file names no chain which is
 * not there by then: nft takes all of the rules or none, and the host would be without its firewall.
 */
export const nftablesOpenings = defineResource({
  kind: 'nftables-openings',
  want: openingsWant,
  key: () => 'peers',

  observe: () => ({
    script: sh`
      echo "included $(grep -cxF ${INCLUDE} ${MAIN})"
      echo "kept $(base64 -w0 ${FILE} 2>/dev/null)"
      (${MADE})
      nft list ruleset 2>/dev/null | sed -n 's/^[[:space:]]*\(.* comment "provision"\)$/now \1/p'
      chains=$(nft -j list chains) || exit 66
      printf 'chains %s\n' "$chains"`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask nft', output);
      const of = (word: string) => rowsAfter(word, output.stdout);
      const made = new Set(of('made'));
      const all = listing
        .parse(JSON.parse(of('chains')[0] ?? '{}'))
        .nftables.flatMap(({ chain }): readonly Chain[] =>
          chain?.hook === 'input' && chain.type === 'filter'
            ? [{ ...chain, atStart: made.has(`${chain.family} ${chain.table}`) }]
            : [],
        );
      return {
        chains: all.filter((chain) => !isIptables(chain)),
        shared: all.filter((chain) => isIptables(chain) && chain.atStart),
        included: Number(of('included')[0]) > 0,
        kept: Buffer.from(of('kept')[0] ?? '', 'base64').toString(),
        now: countsOf(of('now')),
      };
    },
  }),

  diff(want, { chains, shared, included, kept, now }): readonly Change[] {
    if (!want.complete && now.size > 0) return [];
    if (chains.length === 0) {
      refuseShared(want, shared);
      return [];
    }
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
    const rules = rulesOf(want);
    const content = contentOf(rules, chains);
    return [
      {
        title: `write ${FILE}`,
        script: sh`
          before=$(mktemp -d /run/provision.XXXXXX) && cp -aP -- ${MAIN} "$before/main" || exit 1
          [ ! -e ${FILE} ] || cp -aP -- ${FILE} "$before/file" || exit 1
          worked=
          ! nft -c -f ${MAIN} 2>/dev/null || worked=yes
          mkdir -p -m 0755 /etc/nftables.d || exit 1
          (${writeFile({ path: FILE, content, mode: '0644', owner: 'root', group: 'root' })}) || exit 1
          grep -qxF ${INCLUDE} ${MAIN} || { [ -z "$(tail -c 1 ${MAIN})" ] || echo; printf '%s\n' ${INCLUDE}; } >>${MAIN}
          if [ -n "$worked" ] && ! nft -c -f ${MAIN}; then
            cp -aP -- "$before/main" ${MAIN}
            if [ -e "$before/file" ]; then cp -aP -- "$before/file" ${FILE}; else rm -f -- ${FILE}; fi
            rm -rf -- "$before"
            echo ${`${MAIN} is as it was before: with what was written the firewall would not start`} >&2
            exit 1
          fi
          rm -rf -- "$before"`,
      },
      {
        title: 'put the openings in place',
        // In one transaction, so that nothing is shut out in between.
        script: sh`
          {
            ${lines(chains.map(({ family, table, name }) => forget(family, table, name)))}
            printf %s ${insertions(rules, chains)}
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

/** What is read at a start. */
function contentOf(rules: readonly string[], chains: readonly Chain[]): string {
  return insertions(
    rules,
    chains.filter(({ atStart }) => atStart),
  );
}

function insertions(rules: readonly string[], chains: readonly Chain[]): string {
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

/** @throws Refusal where the only chain is one that iptables reads as well: with rules of nft in it, Docker would not start. */
function refuseShared(want: Openings, [chain]: readonly Chain[]): void {
  if (chain === undefined || want.from.length === 0) return;
  throw new Refusal(
    `what comes in is filtered by chain ${chain.name} of table ${chain.family} ${chain.table}, which ${MAIN} makes and iptables takes for its own: iptables, and Docker with it, could not read rules that a run puts there`,
    [
      `let the hosts in yourself, in ${MAIN}, to ${openingsOf(want).map(nameOf).join('; ')}, and write base: { firewall: keep }`,
      `or have ${MAIN} filter in a table of another name, as Debian's does: table inet filter, chain input`,
    ],
  );
}

/** Chains that iptables keeps by way of nftables are its own: `table ip filter`, `INPUT`. */
function isIptables({ family, name }: Chain): boolean {
  return name === 'INPUT' && family !== 'inet';
}
