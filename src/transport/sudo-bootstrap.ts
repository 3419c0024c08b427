import { lines, quote, raw, type Script, sh } from '../shell/index.ts';

/**
 * What the bootstrap says of itself, in its own words: sudo's are only repeated. `password`: sudo does not go on without one, or not at all;
 * `doas`: there is that instead of sudo; `tty`: sudo wants a terminal; `nowhere`: there is no place for a file.
 */
export type Word = 'password' | 'refused' | 'absent' | 'doas' | 'tty' | 'nowhere';

/** Folders in memory, where there are any, for a script that its owner and root can read. */
const PLACES = raw('"$XDG_RUNTIME_DIR" /dev/shm /tmp /var/tmp');

/** Tries whether a shell of root's may begin a program: with noexec in sudoers it may not, and all that is its own works (sudo_noexec.c). */
const BEGINS = '/bin/sh -c : && :';

/** Waits until root's shell has the script, which is gone then: 10 s at most, and sudo has taken the password before. */
const BEGUN = raw(`n=0
while [ -e "$dir/script" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.1 2>/dev/null || sleep 1; done`);

/**
 * Becomes root where the login is not, and has root's shell run the script. `-k` with a command ignores what sudo remembers (sudo(8)), so
 * the answer is the same in every run. The password is tried on a command of its own first.
 *
 * Where sudo reads a password, nothing but the password is on its stdin: sudo-rs before 0.2.7 reads ahead, and root's shell would get the
 * rest of what it is to run (sudo-rs, CHANGELOG). So the script is a file of 0600, which root's shell removes as the first thing that it does,
 * and what the script itself reads comes after that.
 */
export function bootstrap(script: Script, nonce: string, reads: boolean): Script {
  // What comes on our stdin after the script is for the script.
  const rest = raw(reads ? 'cat' : ':');
  const onceBegun = reads ? sh`${BEGUN}; cat` : raw(':');
  const word = (name: Word) => sh`printf '%s %s %s\n' ${nonce} ${name} "$(printf %s "$said" | tr '\n' ' ')"`;
  return lines([
    raw('become() {'),
    // What the login exports by these names would go into the environment of all that follows.
    raw('unset script password said dir mask place n'),
    sh`script=${script.map(quote)}`,
    sh`
      said=
      if [ "$(id -u)" = 0 ]; then { printf '%s\n' "$script"; ${rest}; } | /bin/sh -s; return; fi
      if ! command -v sudo >/dev/null; then
        if command -v doas >/dev/null; then said=$(LC_ALL=C doas -n /bin/sh -c : 2>&1); ${word('doas')}; else ${word('absent')}; fi
        return 1
      fi
      if said=$(LC_ALL=C sudo -n -k -- /bin/sh -c ${BEGINS} 2>&1); then
        { printf '%s\n' "$script"; ${rest}; } | sudo -n -- /bin/sh -s
        return
      fi
      case $said in
        *'must have a tty'* | *'no tty present'*requiretty*) ${word('tty')}; return 1 ;;
      esac
      ${word('password')}
      IFS= read -r password || return 1
      said=$(printf '%s\n' "$password" | LC_ALL=C sudo -S -k -p '%p: ' -- /bin/sh -c ${BEGINS} 2>&1) || { ${word('refused')}; return 1; }
      said= dir=
      mask=$(umask)
      umask 077
      for place in ${PLACES}; do
        [ -d "$place" ] && dir=$(mktemp -d "$place/provision.XXXXXX" 2>/dev/null) && printf '%s\n' 'rm -rf -- "\${0%/*}"' "$script" 2>/dev/null >"$dir/script" && break
        [ -z "$dir" ] || rm -rf -- "$dir"
        dir=
      done
      umask "$mask"
      [ -n "$dir" ] || { ${word('nowhere')}; return 1; }
      {
        printf '%s\n' "$password"
        ${onceBegun}
      } | sudo -S -k -p '' -- /bin/sh "$dir/script"
      set -- $?
      rm -rf -- "$dir"
      return $1`,
    raw('}'),
    // Without the exit the shell would wait for more of its own script.
    raw('become; exit'),
  ]);
}
