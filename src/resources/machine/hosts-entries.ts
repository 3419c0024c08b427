import { z } from 'zod';
import { type Change, defineResource, ProbeError, Refusal } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { lookAt, readPath } from '../path.ts';
import { writeFile } from '../write-file.ts';

const FILE = '/etc/hosts';
const BEGIN = '# provision: the hosts of the inventory';
const END = '# provision: end';

const want = z.strictObject({
  /** The lines, in order. */
  entries: z.array(
    z.strictObject({
      /** The address that the names stand for. */
      address: z.union([z.ipv4(), z.ipv6()]),
      /** Names of that address; the first is its canonical one (hosts(5)). */
      names: z.array(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/i, 'expected a host name')).min(1),
    }),
  ),
});

interface Have {
  /** The lines between our marks; absent where there are no marks. */
  readonly ours: readonly string[] | null;
  /** All other lines. */
  readonly others: readonly string[];
}

/**
 * Lines of /etc/hosts (hosts(5)) between two marks. All other lines are left as they are; one that gives a name of ours another
 * address would win by coming first, and is refused.
 */
export const hostsEntries = defineResource({
  kind: 'hosts-entries',
  want,
  key: () => FILE,

  observe: () => ({
    script: lookAt(FILE, sh`cat -- "$p" || exit 66`),
    parse(output): Have {
      const have = readPath(FILE, output);
      if (have === null) return { ours: null, others: [] };
      if (have.type !== 'file') throw new ProbeError(`${FILE} is a ${have.type}, where a file is wanted`);
      const rows = have.rest.replace(/\n$/, '').split('\n');
      // A mark whose fellow somebody has taken out begins nothing: what follows it may be theirs.
      const end = rows.indexOf(END, rows.indexOf(BEGIN));
      const begin = rows.lastIndexOf(BEGIN, end);
      if (begin === -1 || end === -1) return { ours: null, others: rows };
      return { ours: rows.slice(begin + 1, end), others: [...rows.slice(0, begin), ...rows.slice(end + 1)] };
    },
  }),

  diff({ entries }, { ours, others }): readonly Change[] {
    refuseOthers(entries, others);
    const wanted = entries.map(lineOf);
    const same = (ours ?? []).join('\n') === wanted.join('\n');
    if (!same) refuseNoText(others);
    return same ? [] : [{ field: 'entries', from: ours?.join('\n') ?? null, to: wanted.join('\n') || null }];
  },

  apply({ entries }, { others }) {
    const block = entries.length === 0 ? [] : [BEGIN, ...entries.map(lineOf), END];
    const content = `${[...others, ...block].join('\n')}\n`;
    return [
      {
        title: `write ${FILE}`,
        script: writeFile({ path: FILE, content, mode: '0644', owner: 'root', group: 'root' }),
      },
    ];
  },
});

type Entry = z.output<typeof want>['entries'][number];

function lineOf({ address, names }: Entry): string {
  return `${address} ${names.join(' ')}`;
}

function refuseOthers(entries: readonly Entry[], others: readonly string[]): void {
  for (const line of others) {
    const [address = '', ...found] = line.replace(/#.*/, '').trim().split(/\s+/);
    // Debian gives a host its own name there (hosts(5), Debian reference 5.1.1).
    if (/^127\.|^::1$/.test(address)) continue;
    const wrong = entries.find(
      (entry) => entry.address !== address && entry.names.some((name) => found.includes(name)),
    );
    if (wrong !== undefined)
      throw new Refusal(`${FILE} says already, in a line that comes first: ${line.trim()}`, [
        `Take the line out, or give ${wrong.names.join(', ')} that address in the inventory.`,
      ]);
  }
}

/** What cannot be read as text would be written back as something else. */
function refuseNoText(others: readonly string[]): void {
  if (!others.some((line) => line.includes('\uFFFD'))) return;
  throw new Refusal(
    `${FILE} has bytes that are no UTF-8, which would be lost with the lines that are to be written`,
    [
      {
        say: 'See them (they are shown as M-…), and write these lines as UTF-8',
        run: sh`cat -v ${FILE}`,
      },
    ],
  );
}
