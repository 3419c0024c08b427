import { dockerInfo, dockerThere, ROOTS } from '../../facts/index.ts';
import { type Script, sh } from '../../shell/index.ts';

/** What an engine keeps below its data-root. */
export interface Stored {
  readonly path: string;
  /** The path without symbolic links, which is the one that dockerd names. */
  readonly real: string;
  /** Whether the directory could be listed. One that is not there is listed, and empty. */
  readonly listed: boolean;
  readonly exists: boolean;
  readonly swarm: boolean;
  readonly containers: number;
  /** Containers whose files containerd keeps: an engine that keeps images itself does not show them. */
  readonly snapshots: number;
  readonly volumes: number;
  readonly images: number;
}

/** What a running engine says of itself. */
export interface RunningEngine {
  readonly root: string;
  readonly driver: string;
  readonly containers: number;
  readonly images: number;
  /** Whether its images are containerd's. */
  readonly snapshotter: boolean;
}

/** dockerd(8), --data-root. */
export const DEFAULT_ROOT = '/var/lib/docker';

/**
 * Prints what is below every directory that may be an engine's data-root: the usual one, those that its unit, its variables and
 * daemon.json name, and those in `more`. `$units` are the files of its unit. With user namespaces the data is in a directory below,
 * `UID.GID`. Docker is asked only where its service runs: its socket would start it.
 */
export function showStored(more: readonly string[]): Script {
  return sh`
    echo ==stored
    if command -v dockerd >/dev/null; then echo engine
    elif [ -n "$units" ]; then
      for p in $(sed -n 's/^[[:space:]]*ExecStart=[-@:+!|]*\([^[:space:]]*\).*/\1/p' $units); do
        ! command -v "$p" >/dev/null || { echo engine; break; }
      done
    fi
    root=
    ${dockerThere}
    [ "$docker_there_code" -ne 66 ] || exit 66
    if ${dockerInfo} >/dev/null; then
      ${dockerInfo} | sed -n '/^running /p'
      root=$(${dockerInfo} | sed -n '/^root /{s/^root //;s/\/[0-9]*\.[0-9]*$//;p;}')
    fi
    ${ROOTS}
    { roots; printf '%s\n' ${[DEFAULT_ROOT, ...more]} "$root"; } | sort -u | while IFS= read -r r; do
      [ -n "$r" ] || continue
      show() { printf 'root %s\t%s\t%s\n' "$1" "$r" "$(readlink -m -- "$r")"; }
      [ -d "$r" ] || { show absent; continue; }
      timeout 10 ls -A -- "$r" >/dev/null 2>&1 || { show silent; continue; }
      swarm=0 containers=0 volumes=0 images=0 snapshots=0
      for d in "$r" "$r"/[0-9]*.[0-9]*; do
        [ ! -e "$d/swarm/certificates/swarm-node.crt" ] && [ ! -e "$d/swarm/docker-state.json" ] || swarm=1
        set -- "$d"/containers/*; [ ! -e "$1" ] || containers=$((containers + $#))
        snapshots=$((snapshots + $(grep -lF '"Driver":"overlayfs"' "$d"/containers/*/config.v2.json 2>/dev/null | wc -l)))
        set -- "$d"/volumes/*/; [ ! -e "$1" ] || volumes=$((volumes + $#))
        set -- "$d"/image/*/imagedb/content/sha256/*; [ ! -e "$1" ] || images=$((images + $#))
      done
      show "$swarm $containers $volumes $images $snapshots"
    done`;
}

export interface EngineState {
  /** Whether there is a dockerd, on the PATH or where the engine's unit has it. */
  readonly installed: boolean;
  readonly roots: readonly Stored[];
  readonly running: RunningEngine | undefined;
}

export function readStored(text: string): EngineState {
  const rows = text.split('\n');
  const roots = rows
    .filter((row) => row.startsWith('root '))
    .map((row): Stored => {
      const [what = '', path = '', real = ''] = row.slice('root '.length).split('\t');
      const [first, containers = '0', volumes = '0', images = '0', snapshots = '0'] = what.split(' ');
      return {
        path,
        real,
        exists: first !== 'absent',
        listed: first !== 'silent',
        swarm: first === '1',
        containers: Number(containers),
        snapshots: Number(snapshots),
        volumes: Number(volumes),
        images: Number(images),
      };
    });
  const running = /^running (\d+) (\d+) (\S+) (.*) (\/[^"\]]*)$/.exec(
    rows.find((row) => row.startsWith('running ')) ?? '',
  );
  return {
    installed: rows.includes('engine'),
    roots,
    running:
      running === null
        ? undefined
        : {
            containers: Number(running[1]),
            images: Number(running[2]),
            driver: running[3] as string,
            snapshotter: (running[4] as string).includes('io.containerd.snapshotter'),
            // With user namespaces it names the directory below its data-root.
            root: (running[5] as string).replace(/\/\d+\.\d+$/, ''),
          },
  };
}
