import type { Enquiry } from '../playbook/index.ts';
import type { Output } from '../resource/index.ts';
import { everyHost, reached } from './reach.ts';
import type { Run } from './run.ts';
import type { Session } from './session.ts';

/** Puts questions to the hosts that were reached: one exec a host, whatever their number. */
export async function answer<T>(run: Run, enquiries: readonly Enquiry<T>[]): Promise<readonly T[]> {
  const outputs = enquiries.map(() => new Map<string, Output>());
  const asked = reached(run).filter(({ host }) => enquiries.some(({ hosts }) => hosts.includes(host.name)));
  await everyHost(run, asked, async ({ host: { name }, session }) => {
    const own = enquiries.flatMap(({ hosts, script }, index) =>
      hosts.includes(name) ? [{ script, index }] : [],
    );
    const said = await (session as Session).ask(
      own.map(({ script }) => script),
      'enquiry',
    );
    own.forEach(({ index }, at) => {
      const output = said[at];
      if (output !== undefined) outputs[index]?.set(name, output);
    });
  });
  return enquiries.map((enquiry, index) => enquiry.read(outputs[index] ?? new Map()));
}
