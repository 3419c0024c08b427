import { inParts, type Output, type Probe, ProbeError } from '../../resource/index.ts';
import { sh } from '../../shell/index.ts';
import { contentDigest } from '../docker/versioned.ts';
import { lookAt, type PathState, readPath } from '../path.ts';

/**
 * Where a host keeps what was unpacked into a directory: what was wanted (`want`), each file with its digest (`file`), each link with
 * where it points to (`link`), and the attributes of each of these and of each directory (`stat`). It is written last, and is
 * away while members are moved. `.ours` is there meanwhile: all that is or was ours, by which a run that was killed is taken up.
 */
export function recordOf(into: string): string {
  return `${RECORDS}/${contentDigest(into)}`;
}

/** Nobody but root may write them: what they name is taken away from a directory that may be somebody else's. */
export const RECORDS = '/var/lib/provision/archives';

/** Where members are unpacked if the directory is a file system of its own, from which they could only be copied to another. */
export const insideOf = (into: string) => `${into}/.unpacking.provision`;

export interface Unpacked {
  /** `null`: it is not there. */
  readonly directory: PathState | null;
  /** What was wanted when it was unpacked; `half`: that was begun and not ended; `null`: there is no record. */
  readonly wanted: ReadonlyMap<string, string> | 'half' | null;
  /** Names in a directory for which there is no record: not ours. */
  readonly others: readonly string[];
  /** Members that are missing, or are not as they were unpacked. */
  readonly drifted: readonly string[];
}

/**
 * Compares with the record alone: one sha256sum reads all that was unpacked (half a gigabyte a second, or faster), one stat looks
 * at all attributes. What others have put there is not looked at.
 */
export function lookAtUnpacked(into: string): Probe<Unpacked> {
  const record = sh`r=${recordOf(into)}`;
  const parts = {
    record: sh`
      ${record}
      if [ -e "$r" ]; then sed -n 's/^want //p' "$r" || exit 66
      elif [ -e "$r.ours" ]; then echo half
      else echo none; fi`,
    directory: sh`
      ${record}
      ${lookAt(
        into,
        sh`[ -e "$r" ] || [ -e "$r.ours" ] || [ ! -d "$p" ] || { names=$(ls -A -- "$p") || exit 66; printf '%s\n' "$names" | head -n 9; }`,
      )}`,
    drifted: sh`
      ${record}
      [ -e "$r" ] && [ -d ${into} ] && cd -- ${into} || exit 0
      tab=$(printf '\t')
      {
        sed -n 's/^file //p' "$r" | sha256sum -c 2>/dev/null | sed -n 's/: FAILED.*$//p'
        sed -n 's/^stat [^ ]* [^ ]* [^ ]* //p' "$r" | tr '\n' '\0' | xargs -r0 stat -c 'stat %f %u %g %n' -- 2>/dev/null |
          grep -vxFf - "$r" | sed -n 's/^stat [^ ]* [^ ]* [^ ]* //p'
        sed -n 's/^link //p' "$r" | while IFS=$tab read -r link to; do
          [ "$(readlink -- "$link")" = "$to" ] || printf '%s\n' "$link"
        done
      } | sort -u | sed 's,^[.]/,,'`,
  };
  return inParts(parts, (said, output) => read(into, said, output));
}

function read(
  into: string,
  { record, directory, drifted }: Readonly<Record<'record' | 'directory' | 'drifted', string>>,
  output: Output,
): Unpacked {
  if (output.code !== 0) throw new ProbeError(`could not look at ${into}`, output);
  const have = readPath(into, { ...output, stdout: directory });
  if (have !== null && have.type !== 'directory')
    throw new ProbeError(`${into} is a ${have.type}, where a directory is wanted`);
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  return {
    directory: have,
    wanted: record === 'none\n' ? null : record === 'half\n' ? 'half' : new Map(lines(record).map(pair)),
    others: lines(have?.rest ?? '').filter((name) => !EMPTY.has(name)),
    drifted: lines(drifted),
  };
}

const pair = (line: string): readonly [string, string] => {
  const end = line.indexOf(' ');
  return [line.slice(0, end), line.slice(end + 1)];
};

/** What a directory may have in it that is new: a file system's own, and what a run that was killed has left. */
const EMPTY: ReadonlySet<string> = new Set(['lost+found', '.unpacking.provision']);
