import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerRepository, inspectRepository } from '../../playbooks/docker/repository.ts';
import { type DockerHost, hostSettings } from '../../playbooks/settings/docker.ts';
import { type AptFacts, aptFacts, commentedOut } from '../../src/facts/index.ts';
import { keyFingerprints } from '../../src/facts/openpgp.ts';

const armoured = readFileSync(new URL('./fixtures/key.asc', import.meta.url));
const PRINT = readFileSync(new URL('./fixtures/key.fingerprint', import.meta.url), 'utf8').trim();
const binary = Buffer.from(
  armoured
    .toString()
    .split('\n')
    .filter((line) => /^[A-Za-z0-9+/]+=*$/.test(line))
    .join(''),
  'base64',
);

const URL_ = 'http://192.0.2.9/linux/debian';
const LIST = '/etc/apt/sources.list.d/docker.list';
const DEB822 = '/etc/apt/sources.list.d/docker.sources';
const OURS = '/etc/apt/sources.list.d/provision-docker.sources';
const ASC = '/etc/apt/keyrings/docker.asc';
const line = (options: string, uri = URL_, suite = 'trixie') => `deb [${options}] ${uri} ${suite} stable\n`;

/** What a host with these files says. */
function facts(
  files: Readonly<Record<string, string>>,
  keys: Readonly<Record<string, Buffer>> = { [ASC]: armoured },
): AptFacts {
  const parts = [
    ...Object.entries(files).map(
      ([path, text]) => `==file ${path}\n${Buffer.from(text).toString('base64')}\n`,
    ),
    ...Object.entries(keys).map(([path, bytes]) => `==key ${path}\n${bytes.toString('base64')}\n`),
  ];
  return aptFacts.parse({ code: 0, stdout: parts.join(''), stderr: '' }) as AptFacts;
}

function hostWith(...given: Parameters<typeof facts>): DockerHost {
  return {
    name: 'a',
    settings: hostSettings.parse({
      source: 'docker-ce',
      repository: { url: `${URL_}/`, fingerprint: PRINT },
    }),
    facts: { apt: facts(...given), machine: { os: { id: 'debian', codename: 'trixie' } } },
    onHost: (command: string) => `on a: ${command}`,
  } as unknown as DockerHost;
}
const wanted = (...given: Parameters<typeof facts>) =>
  [...dockerRepository(hostWith(...given))].map(({ id }) => id);
const found = (...given: Parameters<typeof facts>) =>
  inspectRepository(hostWith(...given)).map(({ code }) => code);

const BOTH = ['signing-key /etc/apt/keyrings/provision-docker.asc', `file ${OURS}`];

test.each<[string, Parameters<typeof facts>, readonly string[], readonly string[]]>([
  ['nobody has named it', [{}], BOTH, []],
  ["as Docker's documentation has it", [{ [LIST]: line(`arch=amd64 signed-by=${ASC}`) }], [], []],
  ['as it had it before', [{ [LIST]: line('signed-by=/k.gpg') }, { '/k.gpg': binary }], [], []],
  [
    'in the newer form',
    [{ [DEB822]: `Types: deb\nURIs: ${URL_}/\nSuites: trixie\nComponents: stable\nSigned-By: ${ASC}\n` }],
    [],
    [],
  ],
  [
    'with the key in place',
    [
      {
        [DEB822]: `Types: deb\nURIs: ${URL_}\nSuites: bookworm trixie\nComponents: stable\nSigned-By:\n${armoured
          .toString()
          .trimEnd()
          .split('\n')
          .map((each) => ` ${each === '' ? '.' : each}`)
          .join('\n')}\n`,
      },
    ],
    [],
    [],
  ],
  ['by the fingerprint', [{ [LIST]: line(`signed-by=${PRINT.toUpperCase()}`) }], [], []],
  [
    'in sources.list itself, without a key',
    [{ '/etc/apt/sources.list': line('arch=amd64') }],
    [BOTH[0] as string, 'file /etc/apt/sources.list', BOTH[1] as string],
    [],
  ],
  ['of another suite', [{ [LIST]: line(`signed-by=${ASC}`, URL_, 'bookworm') }], BOTH, []],
  [
    'of another mirror',
    [{ [LIST]: line(`signed-by=${ASC}`, 'https://download.docker.com/linux/debian') }],
    BOTH,
    [],
  ],
  ['switched off', [{ [LIST]: `# ${line(`signed-by=${ASC}`)}` }], BOTH, []],
  [
    'ours alone',
    [
      { [OURS]: `Types: deb\nURIs: ${URL_}\nSuites: trixie\nComponents: stable\nSigned-By: /o.asc\n` },
      { '/o.asc': armoured },
    ],
    BOTH,
    [],
  ],
  [
    'ours beside theirs, as an older run left it',
    [
      {
        [LIST]: line(`signed-by=${ASC}`),
        [OURS]: `Types: deb\nURIs: ${URL_}\nSuites: trixie\nComponents: stable\nSigned-By: /o.asc\n`,
      },
    ],
    [`file ${OURS}`],
    [],
  ],
  [
    'another channel of it',
    [{ [LIST]: `deb [signed-by=${ASC}] ${URL_} trixie test\n` }],
    [`file ${OURS}`],
    [],
  ],
  ['a key file that is not there', [{ [LIST]: line(`signed-by=${ASC}`) }, {}], [`signing-key ${ASC}`], []],
  ['a binary key file that is not there', [{ [LIST]: line('signed-by=/k.gpg') }, {}], [], ['key-missing']],
  [
    'another key',
    [{ [LIST]: line('signed-by=0123456789012345678901234567890123456789') }],
    [],
    ['other-key'],
  ],
  [
    'a file that is no key',
    [{ [LIST]: line(`signed-by=${ASC}`) }, { [ASC]: Buffer.from('<html>') }],
    [],
    ['other-key'],
  ],
  [
    'two that disagree',
    [
      {
        [LIST]: line(`signed-by=${ASC}`),
        [DEB822]: `Types: deb\nURIs: ${URL_}\nSuites: trixie\nComponents: stable\nSigned-By: /k.gpg\n`,
      },
    ],
    [],
    ['sources-disagree'],
  ],
])('%s', (_name, given, resources, codes) => {
  expect({ resources: wanted(...given), codes: found(...given) }).toEqual({ resources, codes });
});

test('an entry that is taken over stays as a comment, and the others as they are', () => {
  const isIt = (entry: { readonly uris: readonly string[] }) => entry.uris.includes(URL_);
  const other = 'deb http://deb.debian.org/debian trixie main\n';
  expect(commentedOut('x.list', `${other}${line('arch=amd64')}`, isIt)).toBe(
    `${other}# ${line('arch=amd64')}`,
  );
  const paragraph = (uri: string) => `Types: deb\nURIs: ${uri}\nSuites: trixie\nComponents: main\n`;
  const taken = commentedOut('x.sources', `${paragraph('http://a')}\n${paragraph(URL_)}`, isIt);
  expect(taken).toBe(
    `${paragraph('http://a')}\n# Types: deb\n# URIs: ${URL_}\n# Suites: trixie\n# Components: main\n`,
  );
});

test('a key that is not there is fetched with what a bare Debian has, whatever its path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'provision-key-'));
  const path = `${folder}/it's a key/docker.gpg`;
  const [finding] = inspectRepository(
    hostWith(
      { [DEB822]: `Types: deb\nURIs: ${URL_}\nSuites: trixie\nComponents: stable\nSigned-By: ${path}\n` },
      {},
    ),
  );
  const [fix = '', other] = finding?.fix ?? [];
  expect(fix).not.toMatch(/curl|gpg --/);
  expect(other).toMatch(/^or take that entry out/);
  const helper = join(folder, 'helper');
  writeFileSync(helper, `#!/bin/sh\ncp '${new URL('fixtures/key.asc', import.meta.url).pathname}' "$5"\n`, {
    mode: 0o755,
  });
  const ran = spawnSync('dash', [
    '-c',
    fix.replace('/usr/lib/apt/apt-helper', helper).replace(/^on a: \{ .*?; \} && /, ''),
  ]);
  expect(String(ran.stderr)).toBe('');
  expect(keyFingerprints(readFileSync(path))).toEqual([PRINT]);
});

test.each(['dash', 'bash'])('the key of a last line that does not end is found, in %s', (shell) => {
  const folder = mkdtempSync(join(tmpdir(), 'provision-apt-'));
  mkdirSync(join(folder, 'sources.list.d'));
  for (const name of ['docker', 'node']) {
    writeFileSync(join(folder, `${name}.gpg`), binary);
    const text = `deb [signed-by=${join(folder, `${name}.gpg`)}] ${URL_}/${name} trixie stable`;
    writeFileSync(join(folder, `sources.list.d/${name}.list`), text);
  }
  const script = aptFacts.script.reveal().replaceAll('/etc/apt', folder);
  const { stdout, stderr } = spawnSync(shell, ['-s'], { input: script, encoding: 'utf8' });
  const { sources } = aptFacts.parse({ code: 0, stdout, stderr }) as AptFacts;
  expect(sources.map(({ keys }) => keys?.length)).toEqual([1, 1]);
});
