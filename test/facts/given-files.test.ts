import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { givenFileFacts } from '../../src/facts/index.ts';
import { Unobservable } from '../../src/resource/index.ts';

test.each([
  ['dash', ['dash', '-s']],
  ['busybox', ['busybox', 'sh', '-s']],
])(
  'what a container would find at a path of its directory is told, under %s',
  (_name, [shell = '', ...words]) => {
    const folder = mkdtempSync(join(tmpdir(), "provision given ' files-"));
    const certs = join(folder, 'certs');
    mkdirSync(certs);
    const at = (name: string) => join(certs, name);
    writeFileSync(at('file'), 'something');
    writeFileSync(at('empty'), '');
    writeFileSync(join(folder, 'outside'), 'something');
    symlinkSync('file', at('beside'));
    symlinkSync('../outside', at('out'));
    symlinkSync('/nowhere/at/all', at('nowhere'));
    symlinkSync(certs, join(folder, 'linked'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin/stat'),
      '#!/bin/sh\ncase $* in *gone*) echo "stat: Transport endpoint is not connected" >&2; exit 1;; esac\nexec /usr/bin/stat "$@"\n',
    );
    chmodSync(join(folder, 'bin/stat'), 0o755);
    const names = [
      'file',
      'empty',
      'beside',
      'out',
      'nowhere',
      'none',
      'none/deeper',
      'file/deeper',
      'gone',
    ].map(at);
    const { script, parse } = givenFileFacts([...names, join(folder, 'linked/file')]);
    const env = { PATH: `${folder}/bin:${process.env.PATH}` };
    const { stdout, stderr, status } = spawnSync(shell, words, {
      input: script.reveal(),
      encoding: 'utf8',
      env,
    });
    const seen = parse({ code: status ?? 1, stdout, stderr });
    if (seen instanceof Unobservable) throw new Error(seen.reason);
    expect({ said: stderr, seen: Object.values(seen) }).toEqual({
      said: '',
      seen: [
        'there',
        'missing',
        'there',
        'leads out',
        'leads out',
        'missing',
        'missing',
        'missing',
        undefined,
        'there',
      ],
    });
    rmSync(folder, { recursive: true });
  },
);
