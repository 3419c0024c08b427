import { LOCK, WARNING } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';
import { waitForLock } from './apt.ts';
import { unattended } from './unattended.ts';

const LISTS = '/run/provision.lists';
/** While they are fetched: what is changed meanwhile is newer. */
const FETCHING = `${LISTS}.new`;

/** A source and its suite as apt names both, without a password; of a flat source there is none (sources.list(5)). */
const SUITES = raw(`sed 's#//[^/@ ]*@#//#' | while read -r uri suite rest; do
  [ -n "$uri" ] || continue
  case $suite in InRelease | Release | Release.gpg | Packages) suite= ;; esac
  echo "\${uri%/} \${suite%%/*}"
done`);

/**
 * The sources that apt cannot use, as it names them: those that it did not get, and those that it got and does not take, of which there is no
 * line Err (apt-pkg/acquire-item.cc, VerifyVendor and AllowInsecureRepositories; seen with 2.6).
 */
const BROKEN = raw(
  String.raw`sed -nE \
    -e 's/^Err:[0-9]* (.* (InRelease|Release|Release.gpg|Packages))( [[].*)?$/\1/p' \
    -e 's/^E: The repository .(.* (InRelease|Release)). is (not|no longer) signed.*/\1/p' \
    -e 's/^E: Repository .(.* (InRelease|Release)). changed its .*/\1/p' \
    -e 's#^E: Release file for (.*)/dists/(.*)/(InRelease|Release) is expired .*#\1 \2 \3#p' \
    -e 's#^E: Release file for (.*)/[.]/(InRelease|Release) is expired .*#\1 ./ \2#p' \
    -e 's#^E: Release file for (.*)/(InRelease|Release) is expired .*#\1 \2#p'`,
);

/** Files that have an entry for such a source, whatever its suite. */
const FILES = raw(
  String.raw`
  pattern=$(printf %s "\${uri#*://}" | sed 's/[].*^$+?(){}|[]/\\&/g')
  grep -rlE --include='*.list' --include='*.sources' -e "^[^#]*$pattern/?([[:space:]]|$)" /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    tr '\n' ' ' | sed 's/ *$//'`.replaceAll('\\$', '$'),
);

/**
 * Fetches apt's lists, once in a script of changes, as long as nothing that says where they come from is newer. A source that cannot be
 * used is named with its file. It is only a warning where these packages are to be had from others: a repository that somebody else
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
    broken=$(printf '%s\n' "$said" | ${BROKEN} | ${SUITES} | sort -u)
    named=$(printf '%s\n' "$broken" | while read -r uri suite; do
      files=$(${FILES})
      printf '%s' ", $uri $suite (\${files:-named in no file of /etc/apt/sources.list.d})"
    done)
    named=\${named#, }
    lacks=
    for name in ${names}; do
      has=$(apt-cache madison -- "$name" 2>/dev/null | sed 's/.*| *//' | ${SUITES} | while IFS= read -r source; do
        case $source in mirror*) continue ;; esac
        printf '%s\n' "$broken" | grep -qxF -e "$source" || { echo yes; break; }
      done)
      [ -n "$has" ] || lacks="$lacks $name"
    done
    if [ -z "$broken" ] || [ -n "$lacks" ]; then
      printf '%s\n' "$said" >&2
      [ -z "$broken" ] || echo "sources of packages that cannot be used: $named; without them there is no$lacks" >&2
      exit "$code"
    fi
    echo ${`${WARNING} `}"sources of packages cannot be used: $named; what is needed comes from others"
    mv -- ${FETCHING} ${LISTS}`;
}
