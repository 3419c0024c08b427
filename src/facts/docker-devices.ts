/**
 * Whether Docker made a network device, by its name: `docker0`, the bridge of the mesh, a bridge by the beginning of its network's id
 * (moby, drivers/bridge, parseNetworkOptions), and what joins containers to them. Others call their bridges `br-…`, too.
 */
export function madeByDocker(device: string): boolean {
  return /^(docker\d+|docker_gwbridge|br-[0-9a-f]{12}|veth.*|(vx|ov)-.*)$/.test(device);
}
