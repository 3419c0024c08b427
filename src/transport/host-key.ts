import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TransportError } from '../errors/index.ts';
import { quote } from '../shell/index.ts';
import { fingerprint, hostPattern, KnownKeys, keyType, knownHostsLine } from './known-hosts.ts';
import { KNOWN_HOSTS } from './openssh.ts';

/** `StrictHostKeyChecking` of ssh_config(5): `yes` refuses an unknown key, `accept-new` keeps it, `no` never refuses. */
export type HostKeyPolicy = 'yes' | 'accept-new' | 'no';

export interface HostKeyRules {
  readonly address: string;
  readonly port: number;
  /** How it is reached, for what a person is given to run. It may be known by another name. */
  readonly login: { readonly user: string; readonly address: string; readonly port: number };
  /** A key that is accepted is written to the first. */
  readonly knownHosts: readonly string[];
  readonly policy: HostKeyPolicy;
}

/** Checks the keys that a host shows. The files are read once. */
export class HostKeyCheck {
  readonly #rules: HostKeyRules;
  readonly #known: readonly { readonly file: string; readonly keys: KnownKeys }[];

  constructor(rules: HostKeyRules) {
    this.#rules = rules;
    const { address, port, knownHosts } = rules;
    this.#known = knownHosts.map((file) => ({ file, keys: new KnownKeys(read(file), address, port) }));
  }

  /** Types of key to ask for first, so that a host with several shows one that we know. */
  get preferredTypes(): readonly string[] {
    return this.#known.flatMap(({ keys }) => keys.types);
  }

  /** @throws TransportError where the key must not be trusted. */
  verify(key: Buffer): void {
    const { address, port, knownHosts, policy } = this.#rules;
    const verdicts = this.#known.map(({ file, keys }) => ({ file, verdict: keys.judge(key) }));
    const name = hostPattern(address, port);
    const shown = `${keyType(key)} ${fingerprint(key)}`;
    for (const { file, verdict } of verdicts)
      if (verdict.kind === 'revoked')
        throw new TransportError(
          'host-key-revoked',
          `its host key ${shown} is revoked by ${file}:${verdict.line}`,
        );
    if (verdicts.some(({ verdict }) => verdict.kind === 'known') || policy === 'no') return;
    for (const { file, verdict } of verdicts)
      if (verdict.kind === 'changed')
        throw new TransportError(
          'host-key-changed',
          `its host key changed: it shows ${shown}, known is ${verdict.known.map(({ type, fingerprint: known, line }) => `${type} ${known} (${file}:${line})`).join(', ')}. Somebody else may answer in its place. Only if you know that the machine was installed anew, forget the old key and run again${sharedWith(verdict.others)}`,
          {
            fix: [`ssh-keygen -R ${quote(name)} -f ${quote(file)}`],
          },
        );
    for (const { file, verdict } of verdicts)
      if (verdict.kind === 'authority')
        throw new TransportError(
          'host-key-unknown',
          `its host key ${shown} is not known by itself: ${file}:${verdict.line} trusts an authority to vouch for it (@cert-authority), and certificates are not checked here. Have ssh, which checks them, write down its key, and run again`,
          { fix: [fetched(this.#rules, key)] },
        );
    if (policy === 'yes')
      throw new TransportError(
        'host-key-unknown',
        `its host key ${shown} is not known, and hostKeyPolicy is yes. Compare the fingerprint with the machine's own first`,
        {
          fix: [
            knownHosts[0] === undefined
              ? 'name a file for it, as `ssh.knownHosts` in the inventory'
              : `echo ${quote(knownHostsLine(address, port, key).trimEnd())} >>${quote(knownHosts[0])}`,
          ],
        },
      );
    this.#remember(key);
  }

  #remember(key: Buffer): void {
    const { address, port, knownHosts } = this.#rules;
    const [file] = knownHosts;
    if (file === undefined) return;
    const before = read(file);
    const separator = before === '' || before.endsWith('\n') ? '' : '\n';
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, separator + knownHostsLine(address, port, key), { mode: 0o600 });
    } catch (cause) {
      throw new TransportError(
        'host-key-unknown',
        `its host key ${keyType(key)} ${fingerprint(key)} is new, and cannot be written down in ${file} (${(cause as NodeJS.ErrnoException).code}): the next run would take another one for new as well`,
        { cause, fix: ['name a file that can be written, as `ssh.knownHosts` in the inventory'] },
      );
    }
  }
}

function sharedWith(others: readonly string[]): string {
  return others.length === 0 ? '' : `. Its line is for ${others.join(', ')} too, and goes as a whole`;
}

/** Asks the host for its key through ssh, which knows by a certificate that it is the host. */
function fetched({ address, port, login, knownHosts }: HostKeyRules, key: Buffer): string {
  const type = /ed25519|ecdsa|rsa/.exec(keyType(key))?.[0] ?? 'ed25519';
  const to = ['-p', String(login.port), `${login.user}@${login.address}`].map(quote).join(' ');
  const named = quote(`s/^/${hostPattern(address, port)} /`);
  return `ssh ${to} cat /etc/ssh/ssh_host_${type}_key.pub | sed ${named} >>${quote(knownHosts[0] ?? KNOWN_HOSTS[0] ?? '')}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new TransportError('key-file', `cannot read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
