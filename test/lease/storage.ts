import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder that stands for the storage of several nodes: each may lose sight of it, and what it asked then waits. Its lock
 * is freed when all processes of its owner have ended, or when the storage gives up on a node that it does not see.
 *
 * The lease asks through programs, so that these stand in their place: they wait while the node does not see the storage. The
 * lock is a folder, for the kernel's own cannot be taken from a process that lives.
 */
export class Storage {
  readonly folder = mkdtempSync(join(tmpdir(), 'lease-storage-'));
  readonly lease = join(this.folder, 'lease');
  readonly #lock = join(this.folder, 'lock');

  /** The folder of programs of a node; it comes first in the PATH of what runs there. */
  node(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    const wait = `while [ -e ${folder}.silent ]; do sleep 0.1; done`;
    for (const program of ['dd', 'cat'])
      this.#program(join(folder, program), `${wait}\nexec /bin/${program} "$@"`);
    // A program that the kernel holds in a call to the storage cannot be killed: who waits for it waits as well.
    this.#program(
      join(folder, 'timeout'),
      `/usr/bin/timeout "$@"; code=$?\ncase $4 in dd | cat | flock) ${wait} ;; esac\nexit $code`,
    );
    this.#program(
      join(folder, 'flock'),
      `${wait}
if [ "$2" = 9 ]; then mkdir ${this.#lock} 2>/dev/null && echo "$CANDIDATE" >${this.#lock}/owner; exit; fi
[ ! -d ${this.#lock} ]`,
    );
    return folder;
  }

  /** Whether a node sees the storage. */
  see(node: string, sees: boolean): void {
    if (sees) rmSync(`${join(this.folder, node)}.silent`, { force: true });
    else writeFileSync(`${join(this.folder, node)}.silent`, '');
  }

  isSeen = (node: string): boolean => !existsSync(`${join(this.folder, node)}.silent`);

  owner(): string | undefined {
    try {
      return readFileSync(join(this.#lock, 'owner'), 'utf8').trim() || undefined;
    } catch {
      return undefined;
    }
  }

  free(): void {
    rmSync(join(this.#lock, 'owner'), { force: true });
    if (existsSync(this.#lock)) rmdirSync(this.#lock);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #program(path: string, text: string): void {
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }
}

/** Processes that have this name of a candidate in their environment. */
export function processesOf(candidate: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`CANDIDATE=${candidate}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}
