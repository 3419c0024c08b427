import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabNode, pidOf } from '../../lab/node.ts';
import { sleep } from '../../lab/shell.ts';

/** Seconds in which nothing is done but what the nodes do by themselves. */
const IDLE = 30;

/** What nodes take of the processor beyond what they take when nobody asks them anything. */
export class NodesCpu {
  readonly #nodes: readonly { readonly name: string; readonly file: string }[];
  #idle: readonly number[] = [];

  private constructor(nodes: readonly { readonly name: string; readonly file: string }[]) {
    this.#nodes = nodes;
  }

  static async of(nodes: readonly LabNode[]): Promise<NodesCpu> {
    const all = await Promise.all(
      nodes.map(async (node) => ({ name: node.name, file: usageFile(await pidOf(node)) })),
    );
    const cpu = new NodesCpu(all);
    const before = cpu.#read();
    await sleep(IDLE * 1000);
    cpu.#idle = cpu.#read().map((seconds, index) => (seconds - (before[index] ?? 0)) / IDLE);
    return cpu;
  }

  /** Seconds of processor a second, by node, when nothing is asked. */
  get idle(): readonly number[] {
    return this.#idle;
  }

  /** Seconds of processor that each node takes for something. */
  async during<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly cpu: readonly number[] }> {
    const before = this.#read();
    const start = performance.now();
    const result = await act();
    const elapsed = (performance.now() - start) / 1000;
    const cpu = this.#read().map((now, index) =>
      Math.max(0, now - (before[index] ?? 0) - elapsed * (this.#idle[index] ?? 0)),
    );
    return { result, cpu };
  }

  #read(): readonly number[] {
    return this.#nodes.map(({ file }) => {
      const text = readFileSync(file, 'utf8');
      const micro = /usage_usec (\d+)/.exec(text)?.[1];
      return micro === undefined ? Number(text) / 1e9 : Number(micro) / 1e6;
    });
  }
}

/** Where the control group of the container is counted whose first process this is (cgroups(7), versions 1 and 2). */
function usageFile(pid: number): string {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const of = (controller: RegExp) => groups.find((line) => controller.test(line))?.split(':')[2];
  // systemd in the container moves its first process into a group of its own: the container's is above it.
  const whole = (path: string) => /^(.*?\/(?:docker[/-])?[0-9a-f]{64}(?:\.scope)?)/.exec(path)?.[1] ?? path;
  const legacy = of(/^\d+:[^:]*\bcpuacct\b/);
  return legacy === undefined
    ? join('/sys/fs/cgroup', whole(of(/^0::/) ?? '/'), 'cpu.stat')
    : join('/sys/fs/cgroup/cpuacct', whole(legacy), 'cpuacct.usage');
}
