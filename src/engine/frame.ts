import { randomBytes } from 'node:crypto';
import { LOCK, type Output, RUN_LOCK } from '../resource/index.ts';
import { allShared, lines, raw, type Script, sh } from '../shell/index.ts';
import type { ScriptResult } from '../transport/transport.ts';
import type { Part } from './frame-reader.ts';
import { OWN_ENGINE } from './own-engine.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const LOCKED = 75;
const LOST = 77;
/** The lock's own file cannot be written: the mark `lock`. */
export const UNWRITABLE = 78;

/** Divides what a frame prints. Unguessable, so that no output can contain it. */
export const newNonce = (): string => `provision-${randomBytes(12).toString('hex')}`;

/**
 * One script that asks many things. Each fragment has a shell of its own and an empty stdin; after it a line with
 * a nonce, its index and exit code ends its share of stdout and of stderr. It also tells which run holds the host, if one does.
 */
export function observeFrame(fragments: readonly Script[], nonce: string): Script {
  return frame(nonce, [heldFunction, tellRun, ...asked(fragments)]);
}

/**
 * One script that does many things, in order, up to the first that fails, and only while the host's lock of the run is ours:
 * that is asked before each, with the lock of scripts in hand, so that a run which has lost it does nothing more.
 */
export function applyFrame(steps: readonly Script[], nonce: string, holder: string, token: string): Script {
  const lock = sh`
    (umask 077; : >>${LOCK}) || { mark lock ${UNWRITABLE}; return; }
    exec 9>>${LOCK}
    flock -n 9 || { cat ${LOCK}; mark lock ${LOCKED}; return; }
    printf '%s\n' ${holder}" since $(date -u +%H:%M:%SZ)" | cat >${LOCK} || { mark lock ${UNWRITABLE}; return; }
    ours() { held && [ "$by" = ${token} ]; }
    ours || { mark lock ${LOST}; return; }
    mark lock 0`;
  const guarded = steps.map((step, index) =>
    lines([
      ...(index === 0 ? [] : [sh`ours || { mark lost ${LOST}; return; }`]),
      inOwnShell(withoutLock(step.alone())),
      sh`mark ${index} $? || return`,
    ]),
  );
  return frame(nonce, [heldFunction, lock, ...guarded]);
}

/**
 * The work is a function that the last line calls: a script that arrives cut off runs nothing. One that reads its stdin has to
 * end in the same line (`reads`): some shells take a script in byte by byte, and what is not read yet would be its input.
 * One that nobody hears any more ends at its next mark.
 */
export function frame(nonce: string, body: readonly Script[], { reads = false } = {}): Script {
  return lines([
    sh`mark() { printf '\n%s %s %s\n' ${nonce} "$1" "$2" && printf '\n%s %s %s\n' ${nonce} "$1" "$2" >&2 || exit 1; return "$2"; }`,
    raw('provision() {'),
    OWN_ENGINE,
    raw(`export LC_ALL=C PATH=${PATH}; umask 022; cd / || return`),
    raw('mark start 0'),
    ...body,
    raw('}'),
    raw(reads ? 'provision; exit' : 'provision'),
  ]);
}

/** What a mark of a shared question begins with, before its name. */
const SHARE = 'shared_';

/** Fragments, each with the line that ends its share. What they share is asked once, before the first of them, and has a share too. */
export function asked(fragments: readonly Script[]): readonly Script[] {
  const left = new Map(allShared(fragments));
  return fragments.flatMap((fragment, index) => {
    const shares = [...fragment.shared.keys()].flatMap((name) => {
      const share = left.get(name);
      left.delete(name);
      return share === undefined ? [] : [lines([share.put(), raw(`mark ${SHARE}${name} "$${name}_code"`)])];
    });
    return [...shares, inOwnShell(fragment.body()), sh`mark ${index} $?`];
  });
}

/**
 * What stands in the file of the host's lock, and whether the process that it names still is the one that has the lock. The lock
 * itself is not touched: a run may be taking it. What a holder that was killed has left behind is not believed.
 */
export const heldFunction = sh`
  held() {
    by= pid= who= up= start= stat=
    { read -r by; read -r pid; read -r who; read -r up; read -r start; } 2>/dev/null <${RUN_LOCK}
    [ -n "$start" ] && { read -r stat; } 2>/dev/null <"/proc/$pid/stat" || return 1
    set -- \${stat##*) }
    [ "$1" != Z ] && [ "\${20-}" = "$start" ]
  }`;

const tellRun = sh`
  ! held || printf '%s %s' "$by" "$who"
  mark run 0`;

function inOwnShell(fragment: Script): Script {
  return lines([raw('('), fragment, raw(') </dev/null')]);
}

/**
 * The lock of scripts is held until the step has ended, also where the script around it is killed, and by nothing that the step
 * leaves behind: a daemon that had inherited it would hold it as long as it runs. A signal to all of them at once ends the script, but
 * neither who has the lock nor, before its present command has ended, the step's shell. Commands begin with no signal ignored.
 */
function withoutLock(step: Script): Script {
  return lines([
    raw('trap : HUP INT TERM\n('),
    raw("trap 'exit 143' HUP INT TERM"),
    step,
    raw(') 9>&-'),
    raw('exit $?'),
  ]);
}

export interface FrameAnswer {
  /** By index. Absent where the script did not get that far. */
  readonly parts: readonly (Output | undefined)[];
  /** Who holds the lock, where that is why nothing was done. */
  readonly lockedBy: string | undefined;
  /** What the host said where it could not write the lock's file, which is why nothing was done. */
  readonly unwritable: string | undefined;
  /** The host's lock of the run was not ours any more: what has no part was not begun. */
  readonly lost: boolean;
  /** The run that holds the host, by its token, and who that is. */
  readonly run: { readonly token: string; readonly holder: string } | undefined;
  /** Whether the script began at all. */
  readonly began: boolean;
}

/** Takes a frame's output apart. What a login shell prints before the first mark is dropped. */
export function readFrame(result: ScriptResult, nonce: string, fragments: readonly Script[]): FrameAnswer {
  const stderr = partsOf(result.stderr, nonce);
  const answer = answerOf(partsOf(result.stdout, nonce), stderr, fragments.length);
  const parts = answer.parts.map((part, index) => {
    const names = [...(fragments[index]?.shared.keys() ?? [])];
    const said = names.map((name) => stderr.get(SHARE + name)?.text ?? '').join('');
    return part && { ...part, stderr: `${said}${part.stderr}` };
  });
  return { ...answer, parts };
}

/** What the parts of both streams say together. */
export function answerOf(
  stdout: ReadonlyMap<string, Part>,
  stderr: ReadonlyMap<string, Part>,
  count: number,
): FrameAnswer {
  const lock = stdout.get('lock');
  const [token = '', ...holder] = (stdout.get('run')?.text ?? '').split(' ');
  return {
    parts: Array.from({ length: count }, (_, index) => {
      const part = stdout.get(String(index));
      return part && { code: part.code, stdout: part.text, stderr: stderr.get(String(index))?.text ?? '' };
    }),
    lockedBy: lock?.code === LOCKED ? lock.text.trim() : undefined,
    unwritable: lock?.code === UNWRITABLE ? (stderr.get('lock')?.text ?? '') : undefined,
    lost: lock?.code === LOST || stdout.has('lost'),
    run: token === '' ? undefined : { token, holder: holder.join(' ') },
    began: stdout.has('start'),
  };
}

/** What stands before each mark, by its name. */
export function partsOf(text: string, nonce: string): Map<string, Part> {
  const found = new Map<string, Part>();
  const mark = new RegExp(`\\n${nonce} (\\w+) (\\d+)\\n`, 'g');
  let from = 0;
  for (const match of text.matchAll(mark)) {
    found.set(match[1] ?? '', { code: Number(match[2]), text: text.slice(from, match.index) });
    from = match.index + match[0].length;
  }
  return found;
}
