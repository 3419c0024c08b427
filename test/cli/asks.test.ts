import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { typed } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'provision-asks-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const made = join(folder, 'made');
const inventory = file(
  'inventory.yaml',
  'cluster: here\nhosts: { me: { address: localhost, connection: local, ssh: { become: none } } }\n',
);
const playbook = file(
  'made.ts',
  `import { definePlaybook, file } from 'provision-swarm';
export default definePlaybook({
  name: 'made',
  stages: [{ name: 'files', resources: () => [file({ path: '${made}', content: 'x' })] }],
});
`,
);
const RUN = `node bin/provision.js ${inventory} --playbook ${playbook}`;
const QUESTION = 'Make these changes? [y/N]';
const env = { ...process.env, CI: '', XDG_STATE_HOME: join(folder, 'state') };
const [out, err] = [join(folder, 'out'), join(folder, 'err')];

afterEach(() => {
  for (const each of [made, out, err]) rmSync(each, { force: true });
});

describe('who sits at a terminal is asked before anything is changed', { timeout: 240_000 }, () => {
  test.each<[string, string]>([
    ['as usual', RUN],
    ['of few abilities', `env TERM=dumb ${RUN}`],
    ['with CI set', `env CI=1 ${RUN}`],
    ['in a plain form', `${RUN} --output plain`],
    ['whose errors go to a file', `${RUN} 2>${err}`],
    ['whose output and errors go to files', `${RUN} >${out} 2>${err}`],
    ['whose output and errors go down a pipe', `sh -c '${RUN} 2>&1 | cat >${out}'`],
  ])('%s', async (_, command) => {
    const { code, shown, unasked } = await typed(command, { [QUESTION]: 'n' }, env);
    expect({ code, unasked, made: existsSync(made) }).toEqual({ code: 0, unasked: [], made: false });
    const all =
      shown + [out, err].map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')).join('');
    expect(all).toContain('Nothing was changed.');
    expect(all.split(QUESTION)).toHaveLength(2);
  });

  test('where no question can be shown it is refused, with what to do', async () => {
    // In a session of its own it has no terminal but the one that it reads from.
    const command = `setsid --wait ${RUN} >${out} 2>${err}`;
    const { code, shown } = await typed(command, {}, env);
    expect({ code, shown, made: existsSync(made) }).toEqual({ code: 3, shown: '', made: false });
    expect(readFileSync(err, 'utf8')).toContain('there is no terminal to ask it on; nothing was changed');
    expect(readFileSync(err, 'utf8')).toContain('fix: say that you mean it: --yes');
  });
});

test.each<[string, string]>([
  ['with --yes', `${RUN} --yes`],
  ['for a program', `${RUN} --output json`],
  ['with nobody at its input', `${RUN} </dev/null`],
])('nobody is asked %s', async (_, command) => {
  const { code, shown } = await typed(command, {}, env);
  // Whoever may not take this machine for a run is told so, and was not asked either.
  expect([0, 2]).toContain(code);
  expect(shown).toContain('made');
  expect(shown).not.toContain('[y/N]');
});

describe('a secret that is asked for', { timeout: 240_000 }, () => {
  const asking = file(
    'asking.yaml',
    `cluster: here
ssh: { become: none, sudoPassword: word }
secrets: { word: { prompt: The word } }
hosts: { me: { address: localhost, connection: local } }
`,
  );
  const PLAN = `node bin/provision.js plan ${asking} --playbook ${playbook}`;

  test.each<[string, string]>([
    ['on a terminal', PLAN],
    ['on a terminal whose output and errors go to files', `${PLAN} >${out} 2>${err}`],
  ])('%s', async (_, command) => {
    const { code, unasked } = await typed(command, { 'The word': 'secret' }, env);
    expect({ code, unasked }).toEqual({ code: 0, unasked: [] });
  });

  test('and cannot be is told with its place', async () => {
    const { code } = await typed(`setsid --wait ${PLAN} >${out} 2>${err}`, {}, env);
    expect(code).toBe(3);
    expect(readFileSync(err, 'utf8')).toContain(
      'secrets.word: it is asked on a terminal, and there is none; name another source for it',
    );
  });
});

test('init asks where what it prints goes to a file', async () => {
  const fresh = join(folder, 'fresh.yaml');
  const command = `node bin/provision.js init ${fresh} --user deploy --domain '' --host 192.0.2.1 --storage none`;
  expect(await typed(command, {}, env)).toMatchObject({ code: 0 });
  rmSync(fresh);
  const less = command.replace(' --user deploy', '');
  const { code, unasked } = await typed(`${less} >${out} 2>${err}`, { 'Log in as': 'deploy' }, env);
  expect({ code, unasked }).toEqual({ code: 0, unasked: [] });
});
