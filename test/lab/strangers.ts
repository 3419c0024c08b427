import { mirror } from './host.ts';
import { BRIDGE } from './network.ts';
import { $, must } from './shell.ts';

const CHAIN = 'LAB-COUNT';
const HOOK = ['FORWARD', '-i', BRIDGE, '!', '-o', BRIDGE, '-j', CHAIN] as const;

async function remove(): Promise<void> {
  while ((await $`iptables -w -D ${HOOK}`).exitCode === 0);
  await $`iptables -w -F ${CHAIN}`;
  await $`iptables -w -X ${CHAIN}`;
}

/**
 * Counts, from now on, packets that nodes send to addresses beyond the lab other than the package mirror's. The
 * function that it gives ends the count.
 */
export async function countStrangers(): Promise<() => Promise<{ packets: number; seen: boolean }>> {
  await remove();
  const site = new URL(await mirror()).hostname;
  const addresses = (await must('looking for the mirror', $`getent ahostsv4 ${site}`))
    .split('\n')
    .flatMap((line) => /^(\S+)\s+STREAM/.exec(line)?.[1] ?? []);
  await must('counting', $`iptables -w -N ${CHAIN}`);
  for (const address of addresses) await must('counting', $`iptables -w -A ${CHAIN} -d ${address} -j RETURN`);
  await must('counting', $`iptables -w -A ${CHAIN}`);
  await must('counting', $`iptables -w -I ${HOOK}`);
  return async () => {
    const rows = (await must('counting', $`iptables -w -nvxL ${CHAIN}`)).trim().split('\n').slice(2);
    const counts = rows.map((row) => Number(row.trim().split(/\s+/)[0]));
    await remove();
    const packets = counts.pop() ?? Number.NaN;
    // Packets to the mirror show that the chain is one that traffic goes through.
    return { packets, seen: counts.some((count) => count > 0) };
  };
}
