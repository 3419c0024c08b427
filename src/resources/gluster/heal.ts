import { z } from 'zod';
import { askGluster, gluster, glusterAnswer, glusterVolumeInfo, glusterVolumes } from '../../facts/index.ts';
import { type Change, defineResource, ProbeError, Refusal, Unobservable } from '../../resource/index.ts';
import { type Script, sh } from '../../shell/index.ts';
import { awaited, type Sets } from './heal-awaited.ts';
import { countEntries } from './heal-entries.ts';

const want = z.strictObject({
  /** The volume, by its name. */
  volume: z.string(),
  /**
   * Directories of the volume whose files are not waited for. A file that is held open and locked since before a brick came
   * back is written without that brick for as long (client.strict-locks), so it is never healed for long.
   */
  except: z.array(z.string().regex(/^\/[\w./-]+$/)).default([]),
  /** Bricks, as the volume spells them, whose hosts did not answer. Where one is not connected, its set cannot heal before it is back. */
  away: z.array(z.string()).default([]),
  /** Bricks of one set, the arbiter included. */
  setSize: z.int().min(3).default(3),
});

/** While the pool has no quorum, its servers give nobody a volume (cluster.server-quorum-type; glfs-heal.c says it so). */
const NO_VOLFILE = 'Not able to fetch volfile from glusterd';
/** Of a brick that failed while it was asked: the lines of what is pending are missing (GlusterFS 11, heal/src/glfs-heal.c). */
const INCOMPLETE = 'Failed to process entries';

/**
 * All bricks of a volume hold the same: nothing is left to heal that can be healed now. Waits for it as long as the stage may take.
 */
export const glusterHeal = defineResource({
  kind: 'gluster-heal',
  want,
  key: ({ volume }) => volume,

  observe: ({ volume, except, ...sets }) => ({
    script: askGluster(sh`
      ${glusterVolumes} >/dev/null || exit
      [ -n "$(${glusterVolumeInfo(volume)})" ] || { echo none; exit 0; }
      ${summary(volume, sets)}
      case $answer in
        *'in heal pending: '[1-9]*|*'possibly healing: '[1-9]*)
          ${listed(volume)} || exit 66
          printf 'Left: %s\n' "$(${entriesLeft(except, sets)})"
          ;;
      esac`),
    parse(output) {
      if (output.stderr.includes(NO_VOLFILE))
        return new Unobservable('too few members of the pool of GlusterFS are there');
      const answer = glusterAnswer('what is left to heal', output);
      if (typeof answer !== 'string') return answer;
      if (answer.startsWith('none')) return new Unobservable(`volume ${volume} is not there`);
      const counts = (what: string) =>
        [...answer.matchAll(new RegExp(`^${what}: (\\S+)$`, 'gm'))].map(([, n]) => n);
      const pending = counts('Number of entries in heal pending');
      const split = counts('Number of entries in split-brain');
      if (split.length === 0) throw new ProbeError('glusterd does not say what is left to heal', output);
      if (pending.includes('-')) return new Unobservable('a brick is not connected');
      if (answer.includes(INCOMPLETE))
        return new Unobservable('a brick could not say all that is left to heal');
      const sum = (numbers: readonly (string | undefined)[]) =>
        numbers.reduce((all, n) => all + Number(n), 0);
      const all = [...pending, ...counts('Number of entries possibly healing')];
      return {
        pending: sum(counts('Left').length > 0 ? counts('Left') : all),
        split: sum(split),
      };
    },
  }),

  diff({ volume }, { pending, split }): readonly Change[] {
    if (split > 0)
      throw new Refusal(
        `${split} entries of volume ${volume} differ between its bricks, and which is right only a person can tell`,
        [sh`gluster volume heal ${volume} info split-brain`],
      );
    return pending === 0 ? [] : [{ field: 'entries to heal', from: pending, to: 0 }];
  },

  apply: ({ volume, except, ...sets }) => [
    {
      title: `heal volume ${volume}`,
      script: sh`
        timeout 60 gluster --mode=script volume heal ${volume} >/dev/null 2>&1
        clean=0
        until [ "$clean" -ge 2 ]; do
          sleep 3
          left=$(timeout 120 gluster --mode=script volume heal ${volume} info summary) || continue
          left=$(printf '%s\n' "$left" | ${awaited(sets)}sed -n -e 's/^Number of entries in heal pending: //p' -e 's/^Number of entries possibly healing: //p' -e ${`s/.*${INCOMPLETE}.*/incomplete/p`})
          case $left in
            *incomplete*) echo 'a brick could not say all that is left'; clean=0; continue ;;
            *-*) echo 'a brick is not connected'; clean=0; continue ;;
          esac
          sum=0
          for n in $left; do sum=$((sum + n)); done
          if [ "$sum" -gt 0 ]; then
            ${listed(volume)} || continue
            sum=$(${entriesLeft(except, sets)})
          fi
          echo "$sum entries left to heal"
          if [ "$sum" -eq 0 ]; then clean=$((clean + 1)); else clean=0; fi
        done`,
    },
  ],
});

/** Asks for what is left in numbers, and prints what of it is to be judged. */
function summary(volume: string, sets: Sets): Script {
  const asked = gluster(['volume', 'heal', volume, 'info', 'summary']);
  if (sets.away.length === 0) return asked;
  return sh`
    summary=$(${asked}) || exit
    answer=$(printf '%s\n' "$summary" | ${awaited(sets)}cat)
    printf '%s\n' "$answer"`;
}

/** Asks for what is left by its names, bricks one by one. */
function listed(volume: string): Script {
  return sh`list=$(timeout 120 gluster --mode=script volume heal ${volume} info)`;
}

function entriesLeft(except: readonly string[], sets: Sets): Script {
  return sh`printf '%s\n' "$list" | ${awaited(sets)}${countEntries(except)}`;
}
