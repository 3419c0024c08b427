import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as provision from '../../src/index.ts';
import { loadPlaybooks } from '../../src/playbook/index.ts';

const PLAYBOOKS = fileURLToPath(new URL('../../playbooks', import.meta.url));

test('a site of one’s own is that of provision with a playbook more, by import from anywhere', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'provision-site-')), 'site.ts');
  writeFileSync(
    path,
    `import { definePlaybook, file } from 'provision-swarm';
import docker from 'provision-swarm/playbooks/docker.ts';
import site from 'provision-swarm/playbooks/site.ts';
const motd = definePlaybook({
  name: 'motd',
  stages: [{ name: 'motd', resources: () => [file({ path: '/etc/motd', content: 'hello' })] }],
});
const after = site.findIndex(({ name }) => name === docker.name) + 1;
export default [...site.slice(0, after), motd, ...site.slice(after)];
`,
  );
  const playbooks = await loadPlaybooks(path, {
    modules: { 'provision-swarm': provision, zod: await import('zod') },
    folders: { 'provision-swarm/playbooks': PLAYBOOKS },
  });
  expect(playbooks.map(({ name }) => name)).toEqual([
    'base',
    'docker',
    'motd',
    'swarm',
    'storage',
    'resolver',
    'mailu',
  ]);
});
