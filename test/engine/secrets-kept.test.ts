import { expect, test } from 'vitest';
import { z } from 'zod';
import { converge, prepare } from '../../src/engine/index.ts';
import { SecretName } from '../../src/inventory/secret-name.ts';
import { definePlaybook } from '../../src/playbook/index.ts';
import { defineResource, type Resource, WARNING } from '../../src/resource/index.ts';
import { Secret, sh } from '../../src/shell/index.ts';
import { Hosts } from './hosts.ts';

const WORD = 'correct-horse';
const secret = new Secret(WORD);

/** A thing whose command runs a script that has a secret in it. */
const loud = (script: (secret: Secret) => ReturnType<typeof sh>) =>
  defineResource({
    kind: 'loud',
    want: z.object({}),
    key: () => 'it',
    observe: () => ({ script: sh`cat /host/it 2>/dev/null || true`, parse: ({ stdout }) => stdout }),
    diff: (_, have) => (have === '' ? [{ field: 'it', from: null, to: 'there' }] : []),
    apply: () => [{ title: 'make it', script: script(secret) }],
  })({});

async function run(hosts: Hosts) {
  await using prepared = await prepare(hosts.options());
  return await converge(prepared);
}

const playbook = (resource: Resource) =>
  definePlaybook({ name: 'test', stages: [{ name: 'one', resources: () => [resource] }] });

test('a secret that a command prints is masked in its live output, in a warning, and in the command that is shown', async () => {
  const hosts = new Hosts(
    ['a'],
    [
      playbook(
        loud(
          (word) =>
            sh`echo the password is ${word}; echo ${WARNING} ${word} is weak; mkdir -p /host/ && echo 1 >/host/it`,
        ),
      ),
    ],
  );
  expect((await run(hosts)).failures).toEqual([]);
  const lines = hosts.events.flatMap((event) => (event.kind === 'step-output' ? [event.line] : []));
  expect(lines).toEqual([
    expect.stringMatching(/^the password is \W*\*/),
    expect.stringContaining('is weak'),
  ]);
  const findings = hosts.events.flatMap((event) => (event.kind === 'finding' ? [event.finding] : []));
  expect(findings).toMatchObject([{ code: 'step-warning', message: expect.stringContaining('is weak') }]);
  expect(JSON.stringify(hosts.events)).not.toContain(WORD);
});

test('a secret is masked in the last words of a command that fails, on either stream', async () => {
  const hosts = new Hosts(
    ['a'],
    [playbook(loud((word) => sh`echo out ${word}; echo err ${word} >&2; exit 3`))],
  );
  const { failures } = await run(hosts);
  expect(failures).toMatchObject([{ error: { code: 'step-failed' } }]);
  const told = failures.map(({ error }) => `${error} ${(error as { tail?: readonly string[] }).tail}`).join();
  expect(told).toContain('err ');
  expect(told).not.toContain(WORD);
});

test('a playbook has its secrets for its stages, and none when it inspects', async () => {
  const name = new SecretName('mail/password') as never;
  const given: string[] = [];
  const asks = (from: string) => (cluster: { secret(name: never): Secret }) => {
    try {
      given.push(`${from} ${cluster.secret(name).reveal()}`);
    } catch (error) {
      given.push(`${from} ${(error as Error).message}`);
    }
    return [];
  };
  const curious = definePlaybook({
    name: 'test',
    inspect: asks('inspect'),
    stages: [{ name: 'one', resources: (_, cluster) => asks('stage')(cluster) }],
  });
  const hosts = new Hosts(['a'], [curious]);
  await using _ = await prepare({ ...hosts.options(), secrets: new Map([['mail/password', secret]]) });
  expect([...new Set(given)]).toEqual([
    'inspect the secret mail/password has not been read',
    `stage ${WORD}`,
  ]);
});
