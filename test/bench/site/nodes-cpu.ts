import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabNode, pidOf } from '../../lab/node.ts';
import { sleep } from '../../lab/shell.ts';
import { cpuOf } from '../measure.ts';

/** Seconds in which nothing is done but what the nodes do by themselves. */
const IDLE = 30;

/** What nodes take of the processor beyond what they take when nobody asks them anything. */
export class NodesCpu {
  readonly #groups: readonly string[];
  #idle: readonly number[] = [];

  private constructor(groups: readonly string[]) {
    this.#groups = groups;
  }

  static async of(nodes: readonly LabNode[]): Promise<NodesCpu> {
    const cpu = new NodesCpu(await Promise.all(nodes.map(async (node) => groupOf(await pidOf(node)))));
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
    return this.#groups.map(cpuOf);
  }
}

/** The control group of the container whose first process this is (cgroups(7), versions 1 and 2). */
function groupOf(pid: number): string {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const of = (controller: RegExp) => groups.find((line) => controller.test(line))?.split(':')[2];
  // systemd in the container moves its first process into a group of its own: the container's is above it.
  const whole = (path: string) => /^(.*?\/(?:docker[/-])?[0-9a-f]{64}(?:\.scope)?)/.exec(path)?.[1] ?? path;
  const legacy = of(/^\d+:[^:]*\bcpuacct\b/);
  return legacy === undefined
    ? join('/sys/fs/cgroup', whole(of(/^0::/) ?? '/'))
    : join('/sys/fs/cgroup/cpuacct', whole(legacy));
}
