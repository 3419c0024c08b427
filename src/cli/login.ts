import pLimit from 'p-limit';
import { type ErrorDetails, ProvisionError } from '../errors/index.ts';
import { type Inventory, type InventoryHost, inventoryPath } from '../inventory/index.ts';
import type { Pasted } from '../playbook/index.ts';
import { quote } from '../shell/index.ts';
import { type Asked, askOpenSsh, KNOWN_HOSTS, type OpenSshSettings, readJump } from '../transport/openssh.ts';
import { userName } from './person.ts';

/** How we log in to a host: the command line, then the inventory, then what ssh of this machine would do. */
export interface Login
  extends Pick<
    OpenSshSettings,
    | 'hostname'
    | 'user'
    | 'port'
    | 'identities'
    | 'certificates'
    | 'identitiesOnly'
    | 'knownHosts'
    | 'hostKeyAlias'
  > {
  /** What the inventory says, and what its key is asked for by unless it has an alias. */
  readonly address: string;
  /** Whether the inventory or the command line names the keys. */
  readonly identitiesFirst: boolean;
  /** A socket. */
  readonly agent: string | undefined;
  readonly hostKeyPolicy: 'yes' | 'accept-new' | 'no';
  /** Seconds. */
  readonly connectTimeout: number;
  /** The name of a secret. */
  readonly password: string | undefined;
  /** What is gone through before, the first to be connected to first. */
  readonly jumps: readonly Login[];
}

/** What the command line says over the inventory. */
export interface Over {
  readonly user?: string;
  readonly identity?: readonly string[];
}

const CONNECT = 10;
/** Programs that run here at a time. */
const AT_ONCE = 16;

/** Asks ssh, and puts what the inventory and the command line say over its answer. */
export async function loginOf(
  inventory: Inventory,
  host: InventoryHost,
  over: Over,
  env: NodeJS.ProcessEnv,
): Promise<Login> {
  const { ssh, address } = host;
  const file = (path: string) => inventoryPath(inventory.file, path);
  const config = ssh.config === undefined ? undefined : file(ssh.config);
  const found = await ask(address, { user: over.user ?? ssh.user, port: ssh.port, config });
  const identities = typeof ssh.identity === 'string' ? [ssh.identity] : ssh.identity;
  const own = over.identity ?? identities?.map(file);
  const common = plain(address, found, env);
  return {
    ...common,
    user: over.user ?? ssh.user ?? common.user,
    port: ssh.port ?? common.port,
    identities: own ?? common.identities,
    identitiesFirst: own !== undefined,
    knownHosts: ssh.knownHosts === undefined ? common.knownHosts : [file(ssh.knownHosts)],
    hostKeyPolicy: ssh.hostKeyPolicy ?? common.hostKeyPolicy,
    connectTimeout: ssh.connectTimeout ?? common.connectTimeout,
    password: ssh.password,
    jumps: await jumpsOf(ssh.proxyJump?.split(',') ?? found.jumps, config, env),
  };
}

/** Each jump as ssh itself would log in to it, and what it in turn goes through. */
async function jumpsOf(
  jumps: readonly string[],
  config: string | undefined,
  env: NodeJS.ProcessEnv,
  depth = 0,
): Promise<readonly Login[]> {
  if (depth > 5)
    throw sshConfig(`ProxyJump goes round in a circle at ${jumps.join(',')}`, {
      fix: ['Let ssh reach one of the jump hosts of ~/.ssh/config without a ProxyJump: ProxyJump none.'],
    });
  const found = await Promise.all(
    jumps.map(async (text, index) => {
      const jump = readJump(text.trim());
      if (jump === undefined)
        throw sshConfig(`ProxyJump ${text}: expected [user@]host[:port]`, {
          fix: ['Mend it in `ssh.proxyJump` of the inventory, or in ~/.ssh/config.'],
        });
      const { host, user, port } = jump;
      const settings = await ask(host, { user, port, config });
      const first = index === 0 ? await jumpsOf(settings.jumps, config, env, depth + 1) : [];
      return [...first, { ...plain(host, settings, env), jumps: [] }];
    }),
  );
  return found.flat();
}

/** A login by ssh's settings alone. */
function plain(address: string, found: OpenSshSettings, env: NodeJS.ProcessEnv): Login {
  const { hostname, user, port, identities, certificates, identitiesOnly, agent, knownHosts, hostKeyAlias } =
    found;
  if (found.proxyCommand !== undefined)
    throw sshConfig(`${address}: ssh is set to go through a ProxyCommand, which is not run here`, {
      fix: [
        'Write it as a ProxyJump in ~/.ssh/config, or name a file without it as `ssh.config` in the inventory.',
      ],
    });
  return {
    address,
    hostname: hostname || address,
    user: user || userName(env),
    port,
    identities,
    certificates,
    identitiesFirst: false,
    identitiesOnly,
    agent: agent === undefined ? env.SSH_AUTH_SOCK || undefined : agent === 'none' ? undefined : agent,
    knownHosts,
    hostKeyAlias,
    hostKeyPolicy: found.policy ?? 'accept-new',
    connectTimeout: found.connectTimeout ?? CONNECT,
    password: undefined,
    jumps: [],
  };
}

async function ask(host: string, asked: Asked): Promise<OpenSshSettings> {
  return askOpenSsh(host, asked).catch((error: Error) => {
    throw sshConfig(`ssh's own settings cannot be read: ${error.message}`, {
      cause: error,
      fix: ['Mend what ssh names, or write a file without it as `ssh.config` in the inventory.'],
    });
  });
}

/** What a person has set for ssh cannot be followed. */
function sshConfig(message: string, more: Pick<ErrorDetails, 'fix' | 'cause'>): ProvisionError {
  return new ProvisionError(message, { code: 'ssh-config', ...more });
}

/** Every host's login by its name. @throws ProvisionError with all that is wrong with ssh's settings at once. */
export async function loginsOf(
  inventory: Inventory,
  over: Over,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Login>> {
  const hosts = inventory.hosts.filter(({ connection }) => connection === 'ssh');
  const limit = pLimit(AT_ONCE);
  const asked = await Promise.allSettled(hosts.map((host) => limit(loginOf, inventory, host, over, env)));
  const wrong = asked.flatMap((found) => {
    if (found.status === 'fulfilled') return [];
    if (!(found.reason instanceof ProvisionError)) throw found.reason;
    return [found.reason];
  });
  if (wrong.length > 0)
    throw sshConfig([...new Set(wrong.map(({ message }) => message))].join('\n'), {
      fix: [...new Set(wrong.flatMap(({ fix }) => fix))],
      cause: wrong[0],
    });
  return new Map(
    hosts.map((host, index) => [host.name, (asked[index] as PromiseFulfilledResult<Login>).value]),
  );
}

/** A command that a person pastes into a shell here to run `command` as root on a host. */
export function pasteable(
  host: InventoryHost,
  login: Login | undefined,
  command: string,
  { asks }: Pasted = { asks: false },
): string {
  if (login === undefined) return `sudo sh -c ${quote(command)}`;
  const { ssh } = host;
  const asRoot = login.user === 'root' ? command : `sudo sh -c ${quote(command)}`;
  // What is in ssh's own settings it finds itself.
  const options = [
    ...(asks || (ssh.sudoPassword !== undefined && login.user !== 'root') ? ['-t'] : []),
    ...(ssh.config === undefined ? [] : ['-F', ssh.config]),
    ...(ssh.port === undefined || ssh.port === 22 ? [] : ['-p', String(ssh.port)]),
    ...(ssh.identity === undefined ? [] : (login.identities ?? []).flatMap((path) => ['-i', path])),
    ...(ssh.proxyJump === undefined ? [] : ['-J', ssh.proxyJump]),
    ...(ssh.knownHosts === undefined || login.knownHosts[0] === KNOWN_HOSTS[0]
      ? []
      : ['-o', `UserKnownHostsFile=${login.knownHosts.join(' ')}`]),
  ];
  return ['ssh', ...options, `${login.user}@${host.address}`, asRoot].map(quote).join(' ');
}
