import { z } from 'zod';
import { AWAY, COPYING_BRICKS } from '../facts/index.ts';
import { compare, defineResource, inParts, ProbeError, Refusal, Unobservable } from '../resource/index.ts';
import { lines, raw, sh } from '../shell/index.ts';
import { byHand, clientsOf, gone, inOrder, letIn, lineOf, missing } from './exports-line.ts';
import { LOOK_FOR_DISKS } from './look-for-disks.ts';
import { absolutePath } from './path.ts';
import { rowsAfter } from './rows.ts';
import { writeFile } from './write-file.ts';

const FILE = '/etc/exports.d/provision.exports';
/** Seconds that a name server may take. */
const NAME_PATIENCE = 5;
const UNINSTALLED = 65;

const want = z.strictObject({
  /** The directory. */
  path: absolutePath,
  /** Addresses that may mount it. */
  clients: z.array(z.ipv4()).min(1),
  /** Options of the export, as exports(5) has them. */
  options: z.array(z.string().regex(/^[\w=:.-]+$/)),
  /** Whether those stay in the line whom it lets in already. */
  keep: z.boolean().default(false),
});

/**
 * A directory that an NFS server exports to these addresses. Whoever else another file of exports(5) lets in stays so, and so does what
 * was exported before and may be mounted still.
 */
export const nfsExport = defineResource({
  kind: 'nfs-export',
  want,
  key: ({ path }) => path,

  observe({ path }) {
    const exported = sh`
      rows=$(timeout 10 exportfs -s) || exit 66
      d=${path}
      while [ ! -d "$d" ]; do d=$(dirname -- "$d"); done
      on=$(timeout 10 findmnt -rn -o TARGET -T "$d") || exit 66
      on=$(printf '%s\n' "$on" | tail -n 1)
      # A bind mount within one file system is no mount point to exportfs.
      [ "$(stat -c %d -- "$on")" = "$(stat -c %d -- "$on/..")" ] || echo "on $on"
      [ ! -d ${`${path}/.glusterfs/indices`} ] || echo 'brick yes'
      printf '%s\n' "$rows"
      printf '%s\n' "$rows" | sed -n ${`s,^${path}  *\\([[:alnum:]._-]*[[:alpha:]][[:alnum:]._-]*\\)(.*,\\1,p`} | sort -u | while read -r n; do
        echo "name $n $(timeout ${NAME_PATIENCE} getent ahostsv4 "$n" </dev/null | cut -d' ' -f1 | sort -u | tr '\n' ' ')"
      done
      for f in /etc/exports /etc/exports.d/*.exports; do
        [ "$f" = ${FILE} ] || [ ! -r "$f" ] || path=${path} awk '{ gsub(/"/, "", $1); sub(/\/$/, "", $1) } $1 == ENVIRON["path"] { print "elsewhere " FILENAME; exit }' "$f"
      done`;
    const parts = {
      away: sh`
        ${AWAY}
        away ${path} || :`,
      installed: sh`command -v exportfs >/dev/null || exit ${UNINSTALLED}`,
      file: sh`[ ! -e ${FILE} ] || cat ${FILE} || exit 66`,
      exported,
    };
    return inParts(parts, ({ file, exported, ...said }, output) => {
      if (output.code !== 0 && output.code !== UNINSTALLED)
        throw new ProbeError('could not look what is exported', output);
      const [away = ''] = said.away.split('\n');
      if (away !== '') return { away };
      if (output.code === UNINSTALLED) return new Unobservable('the NFS server is not installed');
      const written = file.split(/^(?=.)/m);
      const isOurs = (line: string) => line.startsWith(`"${path}" `);
      const names = new Map(
        rowsAfter('name', exported).map((row) => {
          const [name = '', ...addresses] = row.trim().split(' ');
          return [name, addresses];
        }),
      );
      return {
        line: written.find(isOurs) ?? null,
        others: written.filter((line) => !isOurs(line)).join(''),
        on: rowsAfter('on', exported).find((on) => /^\/[\w./-]+$/.test(on)),
        brick: rowsAfter('brick', exported).length > 0,
        elsewhere: rowsAfter('elsewhere', exported),
        exported: exported
          .split('\n')
          .filter((row) => row.startsWith(`${path} `) || row.startsWith(`"${path}" `))
          .map((row) => {
            const [, client = '', options = ''] = /\s(\S+?)\((.*)\)/.exec(row) ?? [];
            return { client, options: options.split(','), addresses: names.get(client) ?? [] };
          }),
      };
    });
  },

  diff(wanted, have) {
    const { path, clients } = wanted;
    if ('away' in have)
      throw new Refusal(
        `${path} may be on a disk that is away: ${have.away}. Its clients would be given an empty storage`,
        [
          LOOK_FOR_DISKS,
          'Bring the disk back to where it was mounted, and run again.',
          'If it is gone for good, mount another in its place, bring the files back from a backup, and run again.',
        ],
      );
    const before = gone(have);
    if (before !== undefined)
      throw new Refusal(
        `${path} was on a file system of its own at ${before}, and none is mounted there now. Its clients would be given an empty storage`,
        [
          LOOK_FOR_DISKS,
          'Bring the disk back to where it was mounted, and run again.',
          {
            say: 'If its files are on this disk from now on, let our line say so, and run again',
            run: sh`ls -lA -- ${path} && sed -i ${`s|,mp=${before}||g`} ${FILE}`,
          },
        ],
      );
    if (have.brick && have.line === null)
      throw new Refusal(
        `${path} is a brick of GlusterFS. What is written to it by another way is lost or spoilt where its volume runs, and its files may be no mail`,
        [sh`gluster volume info; ls -lA -- ${path}`, `Write another storage.export. ${COPYING_BRICKS}`],
      );
    const unfit = clients.flatMap((client) => {
      const row = byHand(client, have);
      const lacks = row === undefined ? [] : missing(wanted, row);
      return row === undefined || lacks.length === 0 ? [] : [{ row, lacks }];
    });
    if (unfit.length > 0)
      throw new Refusal(
        `${path} is exported to ${unfit.map(({ row, lacks }) => `${row.client} without ${lacks.join(', ')}`).join(', and to ')} by a line that is not ours. exportfs takes no second line for the same host`,
        [
          sh`grep -n -F -- ${path} ${have.elsewhere}`,
          `Give these hosts ${[...new Set(unfit.flatMap(({ lacks }) => lacks))].join(',')} in that line, or take them out of it: a run lets them in by a line of its own. Then have it read (exportfs -ra), and run again.`,
        ],
      );
    const line = lineOf(wanted, have);
    const lacks = new Map(
      clients.map((client) => {
        const row = letIn(client, have);
        return [row?.client ?? client, row === undefined ? undefined : missing(wanted, row)];
      }),
    );
    const waiting = [...lacks].flatMap(([client, options]) => (options?.length === 0 ? [] : [client]));
    const there = have.exported.map(({ client }) => client).toSorted();
    const without = (client: string) => {
      const options = lacks.get(client) ?? [];
      return options.length === 0 ? client : `${client} (without ${options.join(', ')})`;
    };
    return [
      ...(inOrder(have.line) === inOrder(line) ? [] : compare('export', have.line, line)),
      ...(waiting.length === 0
        ? []
        : [
            {
              field: 'exported to',
              from: there.map(without).join(' ') || null,
              to: [...new Set([...there, ...waiting])].toSorted().join(' '),
            },
          ]),
    ];
  },

  apply(wanted, have) {
    // A disk that is away was refused.
    if ('away' in have) return [];
    const line = lineOf(wanted, have) ?? '';
    const content = `${line}${have.others}`;
    const out = clientsOf(have.line ?? '').filter((client) => !clientsOf(line).includes(client));
    return [
      {
        title: 'export it',
        // exportfs -r would end what is exported without a file: by hand, or by Pacemaker.
        script: lines([
          sh`
            mkdir -p /etc/exports.d || exit 1
            (${writeFile({ path: FILE, content, mode: '0644', owner: 'root', group: 'root' })}) || exit 1`,
          ...out.map((client) => sh`exportfs -u ${`${client}:${wanted.path}`} || :`),
          raw('exportfs -a'),
        ]),
      },
    ];
  },
});
