import type { Finding } from '../errors/index.ts';
import { isSilent, isWhole } from './brick-state.ts';
import type { GlusterDecision } from './decide-gluster.ts';
import { type GlusterHost, type HeldBrick, poolIdentity, setOf } from './gluster-pool.ts';

type Found = Extract<GlusterDecision<GlusterHost>, { readonly bricks: unknown }>;

/** Bricks of hosts that did not answer: a run goes on without them where what is left has the quorum. */
export function silentBricks(hosts: readonly GlusterHost[], found: Found, name: string): readonly Finding[] {
  const { lead, bricks } = found;
  const silent = bricks.filter(isSilent);
  if (silent.length === 0) return [];
  const who = namesOf(silent);
  const lost = silent.filter((brick) => !isConnected(hosts, lead, brick));
  const status = lead.onHost(`gluster volume status ${name}`);
  const say = (level: Finding['level'], code: string, rest: string): readonly Finding[] => [
    {
      level,
      code,
      message: `${who} did not answer, and ${silent.length === 1 ? 'has the brick' : 'have the bricks'} ${silent.map(({ brick }) => brick).join(', ')} of volume ${name}${rest}`,
      fix: [`bring ${who} back, and run again with all hosts`, status],
    },
  ];
  if (found.kind === 'asleep')
    return say('warn', 'brick-away', '. Whether the volume has its quorum is known once glusterd runs');
  const { volume } = found;
  const voteless = bricks.some((_, index) => {
    const set = bricks.filter((__, other) => setOf(volume, other) === setOf(volume, index));
    const up = set.filter((brick) => (isSilent(brick) ? !lost.includes(brick) : isWhole(brick, volume.id)));
    return up.length < set.length / 2 || (up.length === set.length / 2 && up[0] !== set[0]);
  });
  if (voteless && lost.length > 0)
    return say(
      'refuse',
      'volume-without-quorum',
      `, and ${lead.name} has lost ${namesOf(lost)} as a peer: what is left has no quorum, so the volume cannot be written`,
    );
  return say(
    'warn',
    'brick-away',
    lost.length === 0
      ? `. ${lead.name} is connected with ${who}; nothing was seen to be away, and the volume has its quorum`
      : `, and ${lead.name} has lost ${namesOf(lost)} as a peer. The volume has its quorum with what is left; what is written meanwhile is healed when all are back, which a run with all hosts waits for`,
  );
}

/** Whether the glusterd that is asked has the host of this brick for a peer that is there. */
export function isConnected(
  hosts: readonly GlusterHost[],
  lead: GlusterHost,
  { holder }: HeldBrick<GlusterHost>,
): boolean {
  const uuid = holder && poolIdentity(hosts, holder, lead);
  const peer = lead.facts?.gluster.peers.find((other) => other.uuid === uuid);
  return peer?.state.endsWith('(Connected)') === true;
}

function namesOf(bricks: readonly HeldBrick<GlusterHost>[]): string {
  return [...new Set(bricks.map(({ holder }) => holder?.name))].join(' and ');
}
