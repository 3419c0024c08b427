import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { Secret } from '../shell/index.ts';
import type { Transport } from '../transport/transport.ts';
import { loginOf } from './login.ts';

/** Opens the way to a host that the inventory and the command line describe. */
export function connector(
  inventory: Inventory,
  over: { readonly user?: string; readonly identity?: string },
  secrets: ReadonlyMap<string, Secret>,
  env: NodeJS.ProcessEnv,
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
    const { user, port, identities, knownHosts } = loginOf(inventory, host, over);
    const { connectSsh } = await import('../transport/ssh.ts');
    return connectSsh(
      {
        name: host.name,
        address: host.address,
        port,
        user,
        ...(identities === undefined ? {} : { identities }),
        agent: env.SSH_AUTH_SOCK,
        knownHosts: [knownHosts],
        hostKeyPolicy: host.ssh.hostKeyPolicy,
        connectTimeout: host.ssh.connectTimeout * 1000,
      },
      { signal },
    );
  }
}
