import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory that stands for a host's file system, and programs that only note what they are told. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'provision-follow-'));
  readonly #bin = join(this.folder, 'bin');
  readonly #told = join(this.folder, 'told');

  /** `programs`: what each does, in shell, once it has noted its arguments. */
  constructor(programs: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.#bin);
    writeFileSync(this.#told, '');
    for (const [name, does] of Object.entries(programs)) {
      const path = join(this.#bin, name);
      writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>'${this.#told}'\n${does}\n`);
      chmodSync(path, 0o755);
    }
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  /** What is in a file; nothing where there is none. */
  read(path: string): string | undefined {
    return existsSync(this.at(path)) ? readFileSync(this.at(path), 'utf8') : undefined;
  }

  /** Pastes a fix's command; paths that begin so are in the directory. */
  paste(fix: string, places: readonly string[] = []): number | null {
    const command = places.reduce(
      (text, place) => text.replaceAll(new RegExp(`(?<![\\w/.-])${place}`, 'g'), this.at(place)),
      commandIn(fix),
    );
    return spawnSync('dash', ['-c', command], {
      env: { PATH: `${this.#bin}:${process.env.PATH}` },
      cwd: this.folder,
    }).status;
  }

  /** What the programs were told, in order. */
  get told(): readonly string[] {
    return readFileSync(this.#told, 'utf8').split('\n').slice(0, -1);
  }
}

/** The command that a fix ends with, as the tests' hosts mark it: `on its host: …`, `mail-1$ …`, or nothing before it. */
export function commandIn(fix: string): string {
  return /(?:on its host: |(?:^|: |\. )[a-z0-9-]+\$ )(.*)$/s.exec(fix)?.[1] ?? fix;
}
