/**
 * A server of somebody else's, as well run as servers should be: its address leads to its name and back. It is this machine. Not of a
 * private network: resolvers answer for those themselves (unbound.conf(5), local-zone).
 */
export const STRANGER = { address: '198.18.0.25', name: 'mx.example.net' } as const;
/** Another address of this machine, in the /24 of its own and of the nodes'. */
export const NEIGHBOUR = '172.31.77.9';
/** Where the registry of the lab answers. */
export const REGISTRY_ADDRESS = '172.31.77.3';
/** The same, as the names of its images begin. */
export const REGISTRY = `${REGISTRY_ADDRESS}:5000`;
