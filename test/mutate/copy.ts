import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation } from './mutations.ts';

/** A copy of the working tree to mutate, with the same packages and the same build. It goes when it is disposed. */
export class Copy implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'mutate-'));
  readonly files: readonly string[];

  constructor(from: string) {
    this.files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: from,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((name) => name !== '' && existsSync(join(from, name)));
    for (const path of [...this.files, ...(existsSync(join(from, 'dist')) ? ['dist'] : [])])
      cpSync(join(from, path), join(this.root, path), { recursive: true, verbatimSymlinks: true });
    symlinkSync(join(from, 'node_modules'), join(this.root, 'node_modules'));
    process.once('exit', () => this[Symbol.dispose]());
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** Applies a mutation until it is disposed. */
  mutate({ file, text }: Mutation): Disposable {
    const path = join(this.root, file);
    const before = this.read(file);
    writeFileSync(path, text);
    return { [Symbol.dispose]: () => writeFileSync(path, before) };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
