import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exec, up } from '../lab/lab.ts';
import { type LabNode, nodeOf } from '../lab/node.ts';
import { LabError } from '../lab/shell.ts';
import { paths } from '../lab/state.ts';
import { LARGEST } from './work.ts';

const script = (name: string) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
const PREPARE = script('./node.sh');
const RESET = script('./reset.sh');

/** Debian 12, whose Python Ansible of Debian 12 knows. */
export async function benchNodes(count: number): Promise<readonly LabNode[]> {
  await up({ nodes: count, debian: 12, fresh: true, say: console.error });
  const nodes = Array.from({ length: count }, (_, index) => nodeOf(index + 1));
  const key = readFileSync(`${paths.identity}.pub`, 'utf8');
  await Promise.all(
    nodes.map(({ name }) =>
      must(name, `cat >/run/prepare <<'PREPARE'\n${PREPARE}\nPREPARE\nsh /run/prepare ${LARGEST}`, key),
    ),
  );
  return nodes;
}

/** Makes nodes bare of the work. */
export async function reset(nodes: readonly LabNode[]): Promise<void> {
  await Promise.all(nodes.map(({ name }) => must(name, RESET)));
}

async function must(node: string, command: string, input = ''): Promise<void> {
  const { code, stderr } = await exec(node, command, input);
  if (code !== 0) throw new LabError(`${node}: ${stderr}`);
}
