import { z } from 'zod';

/** Bytes that the network of the nodes carries, which Docker does not ask them; containers get 50 less, for VXLAN. */
export const packetSize = z.int().min(576).max(9000);

const OPTION = 'com.docker.network.driver.mtu';

/** What an overlay network is made for; `null` where nothing was said, which is 1500. */
export function mtuIn(options: Readonly<Record<string, string>> | null): number | null {
  const set = options?.[OPTION];
  return set === undefined ? null : Number(set);
}

/** Arguments of `docker network create`. */
export function withMtu(mtu: number): readonly string[] {
  return ['--opt', `${OPTION}=${mtu}`];
}
