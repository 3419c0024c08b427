import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { exec } from './lab.ts';
import { nodeNamed } from './node.ts';

const SCRIPT = readFileSync(fileURLToPath(new URL('./repository.sh', import.meta.url)), 'utf8');

/** Makes a node the mirror of Docker's repository, signed with a key of its own. */
export async function dockerRepository(node: string): Promise<{ url: string; fingerprint: string }> {
  const { code, stdout, stderr } = await exec(node, 'sh -s', SCRIPT);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return {
    url: `http://${nodeNamed(node).address}`,
    fingerprint: stdout.trim().split('\n').at(-1) ?? '',
  };
}
