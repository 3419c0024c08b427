import { LOCK, WARNING } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';
import { waitForLock } from './apt.ts';
import { unattended } from './unattended.ts';

const LISTS = '/run/provision.lists';
/** While they are fetched: what is changed meanwhile is newer. */
const FETCHING = `${LISTS}.new`;

/** Of what apt complains about, the addresses of sources as their entries have them, without a password. */
const SOURCES = raw(
  `sed -nE "s#^[EWN]: .*((https?|ftp|file):/[^ ']*).*#\\1#p" | sed 's#//[^/@ ]*@#//#; s#/dists/.*##; s#/\\./.*##; s#/$##'`,
);

/**
 * Fetches apt's lists, once in a script of changes, as long as nothing that says where they come from is newer. A source that does not
 * answer is named with its file. It is only a warning where these packages are to be had from others: a repository that somebody else
 * has added and that is gone stops `apt-get update` altogether.
 */
export function refreshLists(names: readonly string[], timeout: number) {
  return sh`
    if [ -n "$(find ${LISTS} -newer ${LOCK} 2>/dev/null)" ] && newer=$(find /etc/apt -newer ${LISTS}) && [ -z "$newer" ]; then
      exit 0
    fi
    : >${FETCHING}
    ${waitForLock('/var/lib/apt/lists/lock', timeout)}
    update() {
      ${unattended(sh`LC_ALL=C apt-get -o APT::Update::Error-Mode=any -o Acquire::Retries=3 update`)}
    }
    said=$( (update) 2>/dev/null)
    code=$?
    printf '%s\n' "$said"
    [ "$code" -ne 0 ] || { mv -- ${FETCHING} ${LISTS}; exit; }
    # Where none answers, the network of the host or its names are the cause, and apt says so.
    printf '%s\n' "$said" | grep -qE '^(Hit|Get):' || { printf '%s\n' "$said" >&2; exit "$code"; }
    gone=$(printf '%s\n' "$said" | ${SOURCES} | sort -u)
    named=
    for source in $gone; do
      files=$(grep -rlF -e "\${source#*://}" /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | tr '\n' ' ' | sed 's/ *$//')
      named="$named, $source (\${files:-named in no file of /etc/apt/sources.list.d})"
    done
    named=\${named#, }
    lacks=
    for name in ${names}; do
      has=
      for uri in $(apt-cache madison -- "$name" 2>/dev/null | sed 's/.*| *//; s/ .*//; s#//[^/@]*@#//#'); do
        case " $(printf %s "$gone" | tr '\n' ' ') " in *" \${uri%/} "*) ;; *) has=yes ;; esac
      done
      [ -n "$has" ] || lacks="$lacks $name"
    done
    if [ -z "$gone" ] || [ -n "$lacks" ]; then
      printf '%s\n' "$said" >&2
      [ -z "$gone" ] || echo "sources of packages that do not answer: $named; without them there is no$lacks" >&2
      exit "$code"
    fi
    echo ${`${WARNING} `}"sources of packages do not answer: $named; what is needed comes from others"
    mv -- ${FETCHING} ${LISTS}`;
}
