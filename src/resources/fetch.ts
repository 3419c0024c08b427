import { type Script, sh } from '../shell/index.ts';

/** Text that fetches a URL into `$t`, with what a bare system has: curl, or apt's own helper. It ends the script where it cannot. */
export function fetchFrom(url: string): Script {
  return sh`
    if command -v curl >/dev/null; then curl -fsSL --retry 3 -o "$t" -- ${url} || exit 1
    elif [ -x /usr/lib/apt/apt-helper ]; then /usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file ${url} "$t" || exit 1
    else echo 'neither curl nor apt can fetch it' >&2; exit 1; fi`;
}
