import { z } from 'zod';
import { AWAY } from '../facts/index.ts';
import { compare, defineResource, ProbeError, Refusal, Unobservable } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { absolutePath } from './path.ts';
import { writeFile } from './write-file.ts';

const FILE = '/etc/exports.d/provision.exports';

const want = z.strictObject({
  path: absolutePath,
  /** Addresses that may mount it. */
  clients: z.array(z.ipv4()).min(1),
  options: z.array(z.string().regex(/^[\w=:.-]+$/)),
  /** Whoever the line lets in already stays in it. */
  keep: z.boolean().default(false),
});
type Want = z.output<typeof want>;

/** The line of exports(5): who may mount it, and who may already and is kept. */
function lineOf({ path, clients, options, keep }: Want, have: string | null): string {
  const there = keep && have?.startsWith(`"${path}" `) === true ? clientsOf(have) : [];
  const all = [...clients, ...there.filter((client) => !clients.includes(client))];
  return `"${path}" ${all.map((client) => `${client}(${options.join(',')})`).join(' ')}\n`;
}

const clientsOf = (line: string) => [...line.matchAll(/ ([\d.]+)\(/g)].map(([, client = '']) => client);

/** A line of exports(5) with its clients in one order: their own means nothing. */
function inOrder(line: string | null): string | undefined {
  const [path, ...clients] = line?.trim().split(' ') ?? [];
  return path === undefined ? undefined : [path, ...clients.toSorted()].join(' ');
}

/** A directory that an NFS server exports to these addresses. Whoever else another file of exports(5) lets in stays so. */
export const nfsExport = defineResource({
  kind: 'nfs-export',
  want,
  key: ({ path }) => path,

  observe: ({ path }) => ({
    script: sh`
      ${AWAY}
      away ${path} | sed 's/^/away /'
      command -v exportfs >/dev/null || { echo uninstalled; exit 0; }
      [ ! -e ${FILE} ] || cat ${FILE} || exit 66
      echo '=== exported'
      timeout 10 exportfs -s || exit 66`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not look what is exported', output);
      const away = /^away (.*)\n/.exec(output.stdout)?.[1];
      if (away !== undefined) return { away };
      if (output.stdout === 'uninstalled\n') return new Unobservable('the NFS server is not installed');
      const [line = '', exported = ''] = output.stdout.split('=== exported\n');
      const clients = exported
        .split('\n')
        .filter((row) => row.startsWith(`${path} `) || row.startsWith(`"${path}" `))
        .map((row) => /\s(\S+?)\(/.exec(row)?.[1] ?? '')
        .toSorted();
      return { line: line === '' ? null : line, clients };
    },
  }),

  diff(wanted, have) {
    const { path, clients } = wanted;
    if ('away' in have)
      throw new Refusal(
        `${path} may be on a disk that is away: ${have.away}. Its clients would be given an empty storage`,
        [
          sh`lsblk -f; systemctl list-units --failed --type=mount; findmnt --fstab`,
          'Bring the disk back to where it was mounted, and run again.',
          'Where it is gone for good, mount another in its place, bring the files back from a backup, and run again.',
        ],
      );
    const line = lineOf(wanted, have.line);
    return [
      ...(inOrder(have.line) === inOrder(line) ? [] : compare('export', have.line, line)),
      ...(clients.every((client) => have.clients.includes(client))
        ? []
        : compare(
            'exported to',
            have.clients.join(' ') || null,
            [...new Set([...have.clients, ...clients])].toSorted().join(' '),
          )),
    ];
  },

  apply: (wanted, have) => [
    {
      title: 'export it',
      script: sh`
        mkdir -p /etc/exports.d || exit 1
        (${writeFile({ path: FILE, content: lineOf(wanted, 'line' in have ? have.line : null), mode: '0644', owner: 'root', group: 'root' })}) || exit 1
        exportfs -ra`,
    },
  ],
});
