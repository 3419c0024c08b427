import { type Change, defineResource, ProbeError } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { rowsAfter } from '../rows.ts';
import { type Opening, openingsOf, openingsWant } from './openings.ts';

/** Rich rules have no comment (firewalld.richlanguage(5)): a rule is taken for ours by its form and by what it opens. */
const FORM =
  /^rule family="ipv4" source address="([\d.]+)" (port port="[\d-]+" protocol="(?:tcp|udp)"|protocol value="esp") accept$/;

/**
 * What firewalld lets in, now and after a start. Both are changed without a reload, which takes swarm's own rules away
 * with engines before July 2025 (moby#50443). They go into the zone that the first peer's packets come in by. Other rules stay, but
 * for those that let others than the peers in to the same ports.
 */
export const firewalldOpenings = defineResource({
  kind: 'firewalld-openings',
  want: openingsWant,
  key: () => 'peers',

  observe: ({ from: [first = '127.0.0.1'] }) => ({
    script: sh`
      device=$(ip -o route get ${first} | sed -n 's/.* dev \([^ ]*\).*/\1/p')
      zone=$(firewall-cmd --get-zone-of-interface="$device" 2>/dev/null) || zone=$(firewall-cmd --get-default-zone) || exit 66
      echo "zone $zone"
      firewall-cmd --zone="$zone" --list-rich-rules | sed 's/^/now /' || exit 66
      firewall-cmd --permanent --zone="$zone" --list-rich-rules | sed 's/^/kept /' || exit 66`,
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not ask firewalld', output);
      const of = (word: string) => rowsAfter(word, output.stdout).map((row) => row.trim());
      const [zone = ''] = of('zone');
      if (zone === '') throw new ProbeError('firewalld did not tell its zone', output);
      return { zone, now: new Set(of('now')), kept: new Set(of('kept')) };
    },
  }),

  diff(want, { now, kept }): readonly Change[] {
    const wanted = rulesOf(want);
    const opened = new Set(wanted.map((rule) => FORM.exec(rule)?.[2]));
    const old = [...new Set([...now, ...kept])].filter((rule) => {
      const [, , what] = FORM.exec(rule) ?? [];
      return want.complete && !wanted.includes(rule) && what !== undefined && opened.has(what);
    });
    const state = (rule: string) =>
      now.has(rule) ? (kept.has(rule) ? 'open' : 'open until it starts again') : null;
    return [
      ...wanted
        .filter((rule) => !(now.has(rule) && kept.has(rule)))
        .map((rule) => ({
          field: rule,
          from: state(rule) ?? (kept.has(rule) ? 'open after a start' : null),
          to: 'open',
        })),
      ...old.map((rule) => ({ field: rule, from: 'open', to: null })),
    ];
  },

  apply(_want, { zone, now, kept }, changes) {
    const adding = changes.filter(({ to }) => to !== null).map(({ field }) => field);
    const taking = changes.filter(({ to }) => to === null).map(({ field }) => field);
    const options = (there: ReadonlySet<string>) => [
      ...adding.filter((rule) => !there.has(rule)).map((rule) => `--add-rich-rule=${rule}`),
      ...taking.filter((rule) => there.has(rule)).map((rule) => `--remove-rich-rule=${rule}`),
    ];
    return [
      { what: 'now', permanent: [] as string[], rules: options(now) },
      { what: 'for the next start', permanent: ['--permanent'], rules: options(kept) },
    ]
      .filter(({ rules }) => rules.length > 0)
      .map(({ what, permanent, rules }) => ({
        title: `change zone ${zone} ${what}`,
        script: sh`firewall-cmd -q ${permanent} --zone=${zone} ${rules}`,
      }));
  },
});

function rulesOf(want: Parameters<typeof openingsOf>[0]): readonly string[] {
  return openingsOf(want).flatMap(({ protocol, ports, from }: Opening) => {
    const source = `rule family="ipv4" source address="${from}"`;
    if (protocol === 'esp') return [`${source} protocol value="esp" accept`];
    return ports.split(',').map((port) => `${source} port port="${port}" protocol="${protocol}" accept`);
  });
}
