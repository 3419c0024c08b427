import { type Script, sh } from '../shell/index.ts';

/** Text that fetches a URL into `$t`, with what a bare system has: curl, or apt's own helper. It ends the script where it cannot. */
export function fetchFrom(url: string): Script {
  return sh`
    if command -v curl >/dev/null; then curl -fsSL --retry 3 -o "$t" -- ${url} || exit 1
    elif [ -x /usr/lib/apt/apt-helper ]; then /usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file ${url} "$t" || exit 1
    else echo 'neither curl nor apt can fetch it' >&2; exit 1; fi`;
}

/** The same, of what has this SHA-256. Anything else is taken away again. */
export function fetchDigest(url: string, digest: string): Script {
  return sh`
    ${fetchFrom(url)}
    found=$(sha256sum <"$t" | cut -d' ' -f1)
    if [ "$found" != ${digest} ]; then
      rm -f -- "$t"
      echo ${`what ${url} gives has the SHA-256`} "$found", not ${digest} >&2
      exit 1
    fi`;
}
