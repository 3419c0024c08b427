import { ask, askingNames, readAnswer } from '../../src/dns/index.ts';
import type { Ran } from './harness.ts';
import { stripSignatures } from './internet.ts';
import { exec } from './lab.ts';
import { sleep } from './shell.ts';

/** What `getent` of a node gives, as any program of it would get it. */
export const address = async (node: string, name: string) =>
  (await exec(node, `getent ahostsv4 ${name} | sed -n '1s/ .*//p'`)).stdout.trim();

/** Asks a node's own resolver, and tells whether the answer was validated. */
export async function asked(node: string, name: string) {
  const { stdout } = await exec(node, askingNames(ask('127.0.0.1', name, 'A')).reveal());
  const answer = readAnswer(stdout.trim());
  return `${answer?.status}${answer?.authentic === true ? ' ad' : ''}`;
}

/** A pause in the middle of the switch. */
export const PAUSE =
  'mkdir -p /etc/systemd/system/NetworkManager.service.d; printf "[Service]\\nExecStartPre=/bin/sh -c \'[ ! -e /var/lib/provision/resolver/unfinished ] || { touch /run/switching; sleep 6; }\'\\n" >/etc/systemd/system/NetworkManager.service.d/pause.conf; systemctl daemon-reload';
export const UNPAUSE = 'rm -r /etc/systemd/system/NetworkManager.service.d; systemctl daemon-reload';

/** The signatures go while a node that pauses switches. */
export async function stripWithin(node: string, running: Promise<Ran>): Promise<Ran> {
  let ended = false;
  const ending = running.finally(() => {
    ended = true;
  });
  while (!ended && (await exec(node, 'test -e /run/switching')).code !== 0) await sleep(200);
  await stripSignatures();
  return ending;
}
