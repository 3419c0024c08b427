import { type Gate, isHealEntry, type Output, ProbeError, type ReachedHost, raw } from 'provision-swarm';
import { HELD_OPEN } from './options.ts';

/** Seconds that the bricks of a volume may take to say what they lack, and that a run waits until they lack nothing. */
const ANSWER = 50;
const PATIENCE = 900;

/** Of every volume with copies that runs: what its bricks say that the others lack (glusterd-store.c has the keys of `info`). */
const ASK = raw(`\
for info in /var/lib/glusterd/vols/*/info; do
  [ -e "$info" ] || continue
  grep -qx status=1 "$info" && grep -qE '^(replica_count=([2-9]|1[0-9])|disperse_count=[1-9])' "$info" || continue
  volume=\${info%/info}
  echo "Volume \${volume##*/}"
  timeout ${ANSWER} gluster --mode=script volume heal "\${volume##*/}" info || exit 66
done`);

/**
 * Nothing is left to heal on any volume of the pool of this host, and all bricks are there, so that no file is on this host alone. A
 * brick that goes down while another lacks what only it has lets the two blame each other: split-brain, of which one side is lost (AFR
 * takes for right what no brick that it sees has blamed: afr-self-heal-common.c, afr_selfheal_find_direction).
 */
export function nothingToHeal(host: Pick<ReachedHost<unknown, unknown>, 'name' | 'onHost'>): Gate {
  return {
    title: `GlusterFS has nothing to heal, so ${host.name} can be away`,
    on: host.name,
    patience: PATIENCE,
    probe: { script: ASK, parse: healed },
    fix: [
      host.onHost('for v in $(gluster volume list); do gluster volume heal "$v" info summary; done'),
      'bring back the bricks that are not connected, wait until nothing is left to heal, and run again',
    ],
  };
}

function healed(output: Output): true | string {
  if (output.code !== 0) throw new ProbeError('could not ask GlusterFS what is left to heal', output);
  const [, ...volumes] = `\n${output.stdout}`.split(/^Volume /m);
  const reasons = volumes.flatMap(leftOf);
  return reasons.length === 0 || reasons.join('; ');
}

/** What one volume lacks, by the paragraphs of its bricks (glfs-heal.c). */
function leftOf(text: string): readonly string[] {
  const [volume = '', ...bricks] = text.split(/\n(?=Brick )/).map((part) => part.trim().split('\n'));
  const name = volume[0]?.trim();
  const away = bricks.filter((lines) => !lines.includes('Status: Connected')).map(([brick]) => brick);
  if (bricks.length === 0) return [`volume ${name} does not say what is left to heal`];
  if (away.length > 0) return [`${away.join(', ')} of volume ${name} is not connected`];
  const left = new Set(bricks.flatMap((lines) => lines.filter((line) => isHealEntry(line, HELD_OPEN))));
  return left.size === 0 ? [] : [`${left.size} entries of volume ${name} left to heal`];
}
