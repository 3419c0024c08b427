import { exec } from './lab.ts';
import { nodeOf } from './node.ts';
import { until } from './shell.ts';
import { on } from './steps.ts';

/** OpenSSH's own server on a node, on a port of its own. */
export interface Sshd extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** What it has written since it was asked last, once all connections have ended. */
  readonly log: () => Promise<string>;
}

const NODE = nodeOf(1);
const USUAL = [
  'AuthorizedKeysFile none',
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication no',
  'LogLevel VERBOSE',
  'PerSourcePenalties no',
];
let last = 2300;

/** Puts a file on the node, and gives its path there. */
export async function given(name: string, text: string): Promise<string> {
  await exec(NODE.name, `cat >/root/${name}`, text);
  return `/root/${name}`;
}

/** A server that takes no key but by `settings`, which come first, and so count (sshd_config(5)). */
export async function sshd(...settings: readonly string[]): Promise<Sshd> {
  const port = ++last;
  const [config, log, pid] = [`/root/sshd-${port}`, `/run/sshd-${port}.log`, `/run/sshd-${port}.pid`];
  await given(`sshd-${port}`, `${[...settings, ...USUAL, `PidFile ${pid}`].join('\n')}\n`);
  await on(NODE.name, `/usr/sbin/sshd -p ${port} -f ${config} -E ${log}`);
  return {
    address: NODE.address,
    port,
    log: async () => {
      await until(
        'all connections have ended',
        20,
        async () => (await on(NODE.name, `ss -Htn state established sport = :${port}`)) === '',
      );
      return on(NODE.name, `cat ${log}; : >${log}`);
    },
    [Symbol.asyncDispose]: async () => {
      await on(NODE.name, `kill $(cat ${pid})`);
    },
  };
}
