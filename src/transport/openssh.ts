import { execFile } from 'node:child_process';
import { homedir } from 'node:os';

/** What a person's ssh would do for a host, as `ssh -G` says it (ssh(1)): patterns, Match, Include and tokens are its own. */
export interface OpenSshSettings {
  /** Empty where nobody says. */
  readonly hostname: string;
  readonly port: number;
  /** Empty where nobody says. */
  readonly user: string;
  /** Absent where no file is named and the usual ones are meant. */
  readonly identities: readonly string[] | undefined;
  /** Absent where none is named and those beside the keys are meant. */
  readonly certificates: readonly string[] | undefined;
  readonly identitiesOnly: boolean;
  /** `none`: no agent. Absent: the one of the environment. */
  readonly agent: string | undefined;
  readonly knownHosts: readonly string[];
  /** The name that the host's key is known by, where it is another. */
  readonly hostKeyAlias: string | undefined;
  /** Absent where it would ask. */
  readonly policy: 'yes' | 'accept-new' | 'no' | undefined;
  /** Seconds. */
  readonly connectTimeout: number | undefined;
  /** `[user@]host[:port]`, the first to be connected to first. */
  readonly jumps: readonly string[];
  /** A command instead of a connection, which we do not run. */
  readonly proxyCommand: string | undefined;
}

const USUAL = /^~\/\.ssh\/id_/;
const POLICIES = {
  true: 'yes',
  yes: 'yes',
  'accept-new': 'accept-new',
  false: 'no',
  no: 'no',
  off: 'no',
} as const;

/** Reads what `ssh -G` prints. */
export function readOpenSsh(text: string): OpenSshSettings {
  const rows = text.split('\n').map((line): [string, string] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space).toLowerCase(), line.slice(space + 1).trim()];
  });
  const all = (name: string) => rows.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name: string) => {
    const [value] = all(name);
    return value === undefined || value === 'none' ? undefined : value;
  };
  const files = all('identityfile');
  const named = files.filter((file) => !USUAL.test(file));
  const certificates = all('certificatefile').filter((file) => file !== 'none');
  // `none`: no file at all (ssh_config(5), IdentityFile).
  const own = files.filter((file) => file !== 'none');
  const timeout = Number(one('connecttimeout'));
  const policy = one('stricthostkeychecking') as keyof typeof POLICIES | undefined;
  const agent = all('identityagent')[0];
  return {
    hostname: one('hostname') ?? '',
    port: Number(one('port') ?? 22),
    user: one('user') ?? '',
    identities: named.length === 0 ? undefined : own.map(expanded),
    certificates: certificates.length === 0 ? undefined : certificates.map(expanded),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agent === undefined || agent === 'SSH_AUTH_SOCK' ? undefined : expanded(agent),
    knownHosts: [...words(one('userknownhostsfile')), ...words(one('globalknownhostsfile'))].map(expanded),
    hostKeyAlias: one('hostkeyalias'),
    policy: policy === undefined ? undefined : POLICIES[policy],
    connectTimeout: timeout > 0 ? timeout : undefined,
    jumps: (one('proxyjump') ?? '').split(',').filter((jump) => jump !== ''),
    proxyCommand: one('proxycommand'),
  };
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}

function expanded(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}

/** Options that the command line or the inventory sets before ssh's own files are read. */
export interface Asked {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Instead of `~/.ssh/config`. */
  readonly config?: string | undefined;
}

/** Where known host keys are unless somebody says otherwise (ssh_config(5), UserKnownHostsFile). */
export const KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'].map(expanded);

/** Milliseconds in which ssh says what it would do. It may run commands for that (Match exec) and resolve names. */
const PATIENCE = 20_000;

/**
 * Asks the ssh of this machine. Where there is none there are only defaults.
 *
 * @throws Error with ssh's words where a configuration file is wrong.
 */
export function askOpenSsh(
  host: string,
  { user, port, config }: Asked = {},
  timeout = PATIENCE,
): Promise<OpenSshSettings> {
  const options = [
    ...(config === undefined ? [] : ['-F', config]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
  return new Promise((resolve, reject) => {
    execFile('ssh', ['-G', ...options, '--', host], { timeout }, (error, stdout, stderr) => {
      if (error === null) return resolve(readOpenSsh(stdout));
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return resolve({ ...readOpenSsh(''), knownHosts: KNOWN_HOSTS });
      if (error.killed === true)
        return reject(
          new Error(`ssh -G ${host} did not end within ${timeout / 1000} s: a Match exec in them may wait`),
        );
      // What it ends with counts the lines that are wrong; each of them it has named before.
      const said = stderr
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '' && !/: terminating, /.test(line));
      reject(new Error(said.join('; ') || error.message));
    });
  });
}

/** A jump as ssh_config(5) writes it: `[user@]host[:port]`, also `ssh://…`, an IPv6 address in brackets. Undefined where it is none. */
export function readJump(text: string): { host: string; user?: string; port?: number } | undefined {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?\/?$/.exec(text);
  if (match === null) return;
  const [, user, host = '', port] = match;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
