import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOf, figure, inventory, plannedLines, ROOT } from './harness.ts';
import { up } from './lab.ts';
import { $, must } from './shell.ts';

/** Versions of Node that package.json promises, by their first number. */
const VERSIONS = ['20', '22', '24'] as const;
const QUIET = ['--no-fund', '--no-audit', '--loglevel', 'error'];

const folder = mkdtempSync(join(tmpdir(), 'provision-install-'));
const OWN = `import { definePlaybook, file } from 'provision-swarm';
import { z } from 'zod';

export default definePlaybook({
  name: 'motd',
  cluster: z.strictObject({ text: z.string().default('hello') }),
  stages: [
    {
      name: 'files',
      resources: (_host, { settings }) => [file({ path: '/etc/motd', content: \`\${settings.text}\\n\` })],
    },
  ],
});
`;
/** All that a project of one's own needs beside the package. No types of Node, and no library's are spared. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    types: [],
    skipLibCheck: false,
  },
  files: ['own.ts'],
};

let packed = '';
let file = '';
const path: Record<string, string> = {};

beforeAll(async () => {
  await up({ nodes: 1, fresh: true });
  file = inventory(1);
  const name = await must('packing', $({ cwd: folder })`npm pack --silent --ignore-scripts ${ROOT}`);
  packed = join(folder, name.trim());
  for (const version of VERSIONS) {
    const prefix = join(folder, `node-${version}`);
    const binary = `node-linux-${process.arch}`;
    await must('fetching Node', $({ cwd: folder })`npm i ${QUIET} --prefix ${prefix} ${binary}@${version}`);
    path[version] = `${join(prefix, 'node_modules', binary, 'bin')}:${process.env.PATH}`;
  }
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of a person's own, with a playbook of theirs. */
function project(name: string): string {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(join(own, 'package.json'), '{ "name": "own", "private": true, "type": "module" }\n');
  writeFileSync(join(own, 'own.ts'), OWN);
  writeFileSync(join(own, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  return own;
}

/** How the command comes to a machine. Each gives the words that begin it. */
const WAYS: Readonly<
  Record<string, (cwd: string, env: NodeJS.ProcessEnv) => Promise<readonly [string, ...string[]]>>
> = {
  async 'npm, in a project'(cwd, env) {
    await must('npm i', $({ cwd, env })`npm i ${QUIET} ${packed} typescript`);
    // As an editor reads it.
    await must('tsc', $({ cwd, env })`node_modules/.bin/tsc -p .`);
    return ['node_modules/.bin/provision'];
  },
  async 'pnpm, in a project'(cwd, env) {
    await must('pnpm add', $({ cwd, env })`npm exec --yes pnpm@9 -- add --silent ${packed} typescript`);
    await must('tsc', $({ cwd, env })`node_modules/.bin/tsc -p .`);
    return ['node_modules/.bin/provision'];
  },
  async 'npm i -g'(cwd, env) {
    await must('npm i -g', $({ cwd, env })`npm i -g ${QUIET} --prefix ${join(cwd, 'global')} ${packed}`);
    return ['global/bin/provision'];
  },
  async 'a linked clone'(cwd, env) {
    const prefix = join(cwd, 'global');
    await must('npm link', $({ cwd, env })`npm i -g ${QUIET} --ignore-scripts --prefix ${prefix} ${ROOT}`);
    return ['global/bin/provision'];
  },
  async 'npx of the packed file'() {
    return ['npm', 'exec', '--yes', `--package=${packed}`, '--', 'provision'];
  },
};

describe.each(VERSIONS)('Node %s', (version) => {
  test.each(Object.keys(WAYS))(
    '%s: validates, and plans with a playbook of one’s own',
    { timeout: 300_000 },
    async (way) => {
      const begin = Date.now();
      const env = { ...process.env, PATH: path[version] };
      const cwd = project(`${version} ${way}`);
      const [program, ...words] = await (WAYS[way] as (typeof WAYS)[string])(cwd, env);
      const provision = (...args: readonly string[]) =>
        $({ cwd, env })`${program} ${words} ${args} --playbook own.ts`;
      const validated = await provision('validate', file);
      expect(validated).toMatchObject({ exitCode: 0, stderr: '' });
      expect(validated.stdout).toMatch(/valid, 1 host, playbooks motd/);
      const { exitCode, stdout } = await provision('plan', file, '--output', 'json');
      const events = eventsOf(stdout);
      expect(plannedLines({ code: exitCode ?? 255, stdout, stderr: '', events })).toEqual([
        'node-1: file /etc/motd: file',
      ]);
      figure(`Node ${version}, ${way}: seconds`, Math.round((Date.now() - begin) / 1000));
    },
  );
});
