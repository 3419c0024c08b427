import { z } from 'zod';
import { ask, askingNames, type DnsAnswer, EMBEDDED, readAnswer } from '../../dns/index.ts';
import { insideContainer, runningEngine } from '../../facts/index.ts';
import { type Change, defineResource, ProbeError, Unobservable } from '../../resource/index.ts';
import { lines, sh } from '../../shell/index.ts';
import { want as resolverWant } from './want.ts';

const want = z.strictObject({
  /** An attachable overlay network. */
  network: z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'expected the name of a network'),
  /** Names that a container is tried with. */
  checks: resolverWant.shape.checks,
});

type Want = z.output<typeof want>;

interface Have {
  readonly signed: DnsAnswer | undefined;
  /** Whether the answers come from a container that runs. */
  readonly asked: boolean;
  /** Under what circumstances it was seen last, and what they are now. */
  readonly seen: string;
  readonly now: string;
}

/** What was seen is kept, for a look must not start a container. */
const kept = (network: string) => `/var/lib/provision/containers-resolve-${network}`;

/** What the outcome depends on: the engine, the network, and the host's own name server. */
const circumstances = (network: string) => sh`
  now="$engine "${network}" $(sed -n 's/^nameserver[[:space:]]*//p' /etc/resolv.conf | tr '\n' ' ')"`;

const questions = (checks: Want['checks']) => sh`
  echo "signed $(${ask(EMBEDDED, checks.signed, 'A')})"
  echo "bogus $(${ask(EMBEDDED, checks.bogus, 'A')})"`;

/**
 * Containers on an overlay network get validated answers. Where one runs it is asked through its own network; else a
 * container is started for it once, of the host's own programs, so that no registry is needed.
 */
export const containerResolver = defineResource({
  kind: 'container-resolver',
  want,
  key: ({ network }) => network,

  observe: ({ network, checks }) => ({
    script: askingNames(sh`
      ${runningEngine} || { echo none; exit 0; }
      ${circumstances(network)}
      echo "now $now"
      [ ! -e ${kept(network)} ] || echo "seen $(cat ${kept(network)})"
      if ${insideContainer(network)}; then echo "signed $(${ask(EMBEDDED, checks.signed, 'A')})"; fi
      exit 0`),
    parse(output) {
      if (output.code !== 0) throw new ProbeError('could not look how containers resolve', output);
      if (output.stdout === 'none\n') return new Unobservable('Docker does not run');
      const value = new Map(
        output.stdout.split('\n').map((line): [string, string] => {
          const space = line.indexOf(' ');
          return [line.slice(0, space), line.slice(space + 1).trim()];
        }),
      );
      const have: Have = {
        signed: readAnswer(value.get('signed') ?? ''),
        asked: value.has('signed'),
        seen: value.get('seen') ?? '',
        now: value.get('now') ?? '',
      };
      return have;
    },
  }),

  diff(_wanted, { asked, signed, seen, now }): readonly Change[] {
    if (asked && signed?.authentic === true) return [];
    if (asked) {
      const from = signed === undefined ? 'not answered' : 'not validated';
      return [{ field: 'answers to containers', from, to: 'validated' }];
    }
    return seen === now ? [] : [{ field: 'answers to containers', from: null, to: 'seen to be validated' }];
  },

  apply: ({ network, checks }) => [
    {
      title: `ask from a container on ${network}`,
      script: lines([
        sh`
          engine=$(docker version --format '{{.Server.Version}}') || exit 1
          d=$(mktemp -d) || exit 1
          image=provision-probe:$$
          trap 'rm -rf -- "$d"; docker image rm --force "$image" >/dev/null 2>&1' EXIT
          for program in bash timeout dd od tr head; do
            file=$(command -v "$program") || exit 1
            for part in "$file" $(ldd "$file" | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p'); do
              mkdir -p "$d\${part%/*}" && cp -L "$part" "$d$part" || exit 1
            done
          done
          tar -C "$d" -c . | docker import - "$image" >/dev/null || exit 1`,
        sh`
          for i in 1 2 3 4 5 6; do
            said=$(docker run --rm --cap-drop ALL --network ${network} "$image" bash -c ${askingNames(questions(checks)).reveal()}) || exit 1
            signed=$(printf '%s\n' "$said" | sed -n 's/^signed //p')
            bogus=$(printf '%s\n' "$said" | sed -n 's/^bogus //p')
            if [ $((0x$(echo "\${signed:-00000000}" | cut -c7) & 2)) -ne 0 ] && [ "$(echo "$bogus" | cut -c8)" = 2 ]; then
              ${circumstances(network)}
              mkdir -p /var/lib/provision && printf '%s\n' "$now" >${kept(network)}
              exit
            fi
            sleep 2
          done
          rm -f -- ${kept(network)}
          if [ -z "$signed" ]; then why='gets no answer'; elif [ $((0x$(echo "$signed" | cut -c7) & 2)) -eq 0 ]; then why='gets an answer that is not validated'
          else why="is given "${checks.bogus}", whose signatures are wrong"; fi
          echo "a container on "${network}" $why, from Docker's "${EMBEDDED}" (asked for "${checks.signed}"); the host's own resolver validates, so it is Docker that does not use it: see dns in /etc/docker/daemon.json" >&2
          exit 1`,
      ]),
    },
  ],
});
