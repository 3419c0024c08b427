import type { Finding } from '../errors/index.ts';
import { raw, type Script } from '../shell/index.ts';

/** Prints the processes that have this shell's output and are not what it was started by: number and name. */
export const whoHoldsOutput: Script = raw(`\
mine=$(readlink "/proc/$$/fd/1")
above=" $$ "
p=$$
while p=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$p/status" 2>/dev/null) && [ "\${p:-0}" -gt 1 ]; do above="$above$p "; done
for d in /proc/[0-9]*; do
  p=\${d#/proc/}
  case $above in *" $p "*) continue ;; esac
  [ "$(readlink "$d/fd/1" 2>/dev/null)" = "$mine" ] || [ "$(readlink "$d/fd/2" 2>/dev/null)" = "$mine" ] || continue
  q=$(sed -n 's/^PPid:[^0-9]*//p' "$d/status" 2>/dev/null)
  # What this look has started itself.
  [ "$q" != "$$" ] || continue
  printf '%s %s\\n' "$p" "$(tr '\\0' ' ' <"$d/cmdline" | cut -c1-80)"
done`);

/** What a person should know of a process that the login's shell has left running with the session's output. */
export function heldOpen(host: string, stdout: string): Finding {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const named = lines.map((line) => {
    const [pid = '', ...command] = line.trim().split(' ');
    return `${command.join(' ')} (process ${pid})`;
  });
  const who = named.length === 0 ? 'a process that the login has started' : named.join(', ');
  return {
    level: 'warn',
    code: 'session-held-open',
    host,
    message: `${who} keeps each session open after its end, which costs two seconds each time`,
    fix: [
      'In the file of the login that starts it (.bashrc, .profile), give it an output of its own: PROGRAM >/dev/null 2>&1 &',
    ],
  };
}
