import { raw, type Script, sh } from '../../shell/index.ts';

/** How the bricks of a volume are divided into sets, and which of them may be away. */
export interface Sets {
  readonly away: readonly string[];
  readonly setSize: number;
}

/**
 * Of the paragraphs that `gluster volume heal … info` prints, a brick each and in the order of the sets: those of sets that can
 * heal. A set cannot where a brick that may be away says `-`. Of such a set it leaves what is no matter of that brick: entries in
 * split-brain, and another brick that is not connected.
 */
const AWAITED = `
/^Brick / { n++; brick[n] = $2 }
n { text[n] = text[n] $0 "\\n" }
n && /^Number of entries.*: -/ { silent[n] = 1 }
n && /split-brain: [0-9]/ { torn[n] = $0 "\\n" }
END {
  for (i = 1; i <= n; i++)
    if (silent[i] && index(" " away " ", " " brick[i] " ")) { gone[i] = 1; stuck[int((i - 1) / size)] = 1 }
  for (i = 1; i <= n; i++)
    if (!stuck[int((i - 1) / size)] || (silent[i] && !gone[i])) printf "%s", text[i]
    else if (!gone[i]) printf "%s", torn[i]
}`;

/** A part of a pipe that lets through what is waited for; nothing where all bricks are there to be asked. */
export function awaited({ away, setSize }: Sets): Script {
  if (away.length === 0) return raw('');
  return sh`awk -v size=${setSize} -v away=${away.join(' ')} ${AWAITED} | `;
}
