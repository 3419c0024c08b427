import type { InventoryHost } from '../inventory/index.ts';
import type { Secret } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import type { Login } from './login.ts';

/** Opens the way to a host. */
export function connector(
  logins: ReadonlyMap<string, Login>,
  secrets: ReadonlyMap<string, Secret>,
  passphrases: ReadonlyMap<string, Secret>,
): (host: InventoryHost, signal: AbortSignal) => Promise<Transport> {
  return async (host, signal) => {
    const { ssh } = host;
    const transport = host.connection === 'local' ? await here(host) : await open(host, signal);
    const password = ssh.sudoPassword === undefined ? undefined : secrets.get(ssh.sudoPassword);
    if (ssh.become === 'none') return transport;
    const { withSudo } = await import('../transport/sudo.ts');
    return withSudo(transport, password);
  };

  async function here(host: InventoryHost): Promise<Transport> {
    const { localTransport } = await import('../transport/local.ts');
    return localTransport(host.name);
  }

  async function open(host: InventoryHost, signal: AbortSignal): Promise<Transport> {
    const login = logins.get(host.name);
    if (login === undefined) throw new Error(`no login for ${host.name}`);
    const { connectSsh } = await import('../transport/ssh.ts');
    const jumps = login.jumps.map((jump) => target(`the jump host ${jump.address}`, jump));
    return connectSsh(target(host.name, login), { signal, jumps, passphrases });
  }

  function target(name: string, login: Login) {
    const {
      address,
      hostname,
      user,
      port,
      identities,
      certificates,
      identitiesFirst,
      identitiesOnly,
      agent,
      knownHosts,
    } = login;
    return {
      name,
      address: hostname,
      port,
      user,
      ...(identities === undefined ? {} : { identities }),
      certificates,
      identitiesFirst,
      identitiesOnly,
      agent,
      password: login.password === undefined ? undefined : secrets.get(login.password),
      knownHosts,
      // As ssh(1) looks it up: by the alias alone, else by name and port.
      keyName:
        login.hostKeyAlias === undefined ? { address, port } : { address: login.hostKeyAlias, port: 22 },
      hostKeyPolicy: login.hostKeyPolicy,
      connectTimeout: login.connectTimeout * 1000,
    };
  }
}
