import { type Change, defineResource, ProbeError } from '../../resource/index.ts';
import { raw, sh } from '../../shell/index.ts';
import { MARK, nameOf, type Opening, openingsOf, openingsWant, sortedPorts } from './openings.ts';

/** A rule of ufw's with our comment, which it keeps in hexadecimal (ufw(8); /etc/ufw/user.rules). */
const TUPLE = new RegExp(
  `^### tuple ### allow (tcp|udp|esp) (\\S+) 0\\.0\\.0\\.0/0 any (\\S+) in comment=${Buffer.from(MARK).toString('hex')}$`,
);

/** What ufw lets in. Its rules are read from its file: its command is a program in Python, and slow. */
export const ufwOpenings = defineResource({
  kind: 'ufw-openings',
  want: openingsWant,
  key: () => 'peers',

  observe: () => ({
    script: raw('cat /etc/ufw/user.rules || exit 66'),
    parse(output) {
      if (output.code !== 0) throw new ProbeError("could not read ufw's rules", output);
      return output.stdout.split('\n').flatMap((line): readonly Opening[] => {
        const [, protocol, ports = '', from = ''] = TUPLE.exec(line) ?? [];
        if (protocol === undefined) return [];
        const sorted = sortedPorts(ports.replaceAll(':', '-').split(',')).join(',');
        return [{ protocol: protocol as Opening['protocol'], ports: protocol === 'esp' ? '' : sorted, from }];
      });
    },
  }),

  diff(want, have): readonly Change[] {
    const wanted = openingsOf(want).map(nameOf);
    const there = new Set(have.map(nameOf));
    const old = want.complete ? [...there].filter((name) => !wanted.includes(name)) : [];
    return [
      ...wanted.filter((name) => !there.has(name)).map((field) => ({ field, from: null, to: 'open' })),
      ...old.map((field) => ({ field, from: 'open', to: null })),
    ];
  },

  apply(want, have, changes) {
    const isIn = (opening: Opening) => changes.some(({ field }) => field === nameOf(opening));
    const open = openingsOf(want).filter(isIn);
    const close = have.filter(
      (opening) => isIn(opening) && !open.some((other) => nameOf(other) === nameOf(opening)),
    );
    return [
      ...open.map((opening) => ({
        title: `open ${nameOf(opening)}`,
        script: sh`ufw ${rule(opening)} comment ${MARK}`,
      })),
      ...close.map((opening) => ({
        title: `close ${nameOf(opening)}`,
        script: sh`ufw delete ${rule(opening)}`,
      })),
    ];
  },
});

function rule({ protocol, ports, from }: Opening): readonly string[] {
  const to = protocol === 'esp' ? [] : ['to', 'any', 'port', ports.replaceAll('-', ':')];
  return ['allow', 'proto', protocol, 'from', from, ...to];
}
