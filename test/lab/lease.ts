import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NODES } from './harness.ts';
import { exec } from './lab.ts';

const WRITER = readFileSync(fileURLToPath(new URL('./fixtures/writer.sh', import.meta.url)), 'utf8');

/** Starts a writer under the lease on every node, as a service that is started again when it ends. */
export async function startWriters(): Promise<void> {
  for (const node of NODES) {
    const started = await exec(
      node,
      `cat >/root/writer; chmod 755 /root/writer; rm -f /root/acknowledged
       systemd-run -q --unit=lease-writer -p Restart=always -p RestartSec=1 -p StartLimitIntervalSec=0 \\
         /usr/local/sbin/provision-lease /mailu/lease-test.lock /root/writer`,
      WRITER,
    );
    if (started.code !== 0) throw new Error(started.stderr);
  }
}

export async function stopWriters(): Promise<void> {
  await Promise.all(NODES.map((node) => exec(node, 'systemctl stop lease-writer')));
}

/** The node that writes, by what it has written in the last seconds. */
export async function holder(): Promise<string> {
  for (let tries = 0; tries < 150; tries++) {
    const ages = await Promise.all(
      NODES.map(async (node) => {
        const { stdout } = await exec(
          node,
          'echo $(($(date +%s) - $(stat -c %Y /root/acknowledged 2>/dev/null || echo 0)))',
        );
        return { node, age: Number(stdout) };
      }),
    );
    const writing = ages.find(({ age }) => age <= 2);
    if (writing !== undefined) return writing.node;
    await sleep(1000);
  }
  throw new Error('nobody writes');
}

export interface Acknowledged {
  readonly node: string;
  readonly number: number;
  /** Seconds since 1970; all nodes have this machine's clock. */
  readonly at: number;
}

export async function acknowledged(): Promise<readonly Acknowledged[]> {
  const all = await Promise.all(
    NODES.map(async (node) =>
      (await exec(node, 'cat /root/acknowledged 2>/dev/null')).stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' '))
        .map(([number, at]) => ({ node, number: Number(number), at: Number(at) })),
    ),
  );
  return all.flat().toSorted((a, b) => a.at - b.at);
}

/** What is in storage: number to the node that wrote it. */
export async function written(node: string): Promise<ReadonlyMap<number, string>> {
  const { stdout } = await exec(node, 'cd /mailu/lease-test && grep -H . *');
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(':'))
      .map(([number, name]) => [Number(number), name ?? '']),
  );
}

/** Moments at which a node's lease began to hold, and at which its command was killed or had ended. */
export async function leaseLog(
  node: string,
): Promise<{ held: readonly number[]; stopped: readonly number[] }> {
  const { stdout } = await exec(node, 'journalctl -u lease-writer -o short-unix --no-pager');
  const at = (words: RegExp) =>
    stdout
      .split('\n')
      .filter((line) => words.test(line))
      .map((line) => Number(line.split(' ')[0]));
  return { held: at(/lease: holds /), stopped: at(/the command was killed|Deactivated|Stopped/) };
}
