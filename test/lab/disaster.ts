import { NODES } from './harness.ts';
import { exec } from './lab.ts';

/** An image without a registry: the node's busybox, and flock, which Debian's lacks, with what they are linked with. */
const IMAGE = `
set -e
d=$(mktemp -d); cd "$d"; mkdir bin tmp
for p in busybox flock; do
  cp "$(command -v $p)" bin/
  for l in $(ldd bin/$p | grep -o '/[^ )]*'); do mkdir -p ".$(dirname "$l")"; cp -L "$l" ".$l"; done
done
for a in $(busybox --list); do [ -e "bin/$a" ] || ln -s busybox "bin/$a"; done
tar c . | docker import - lab-writer:1 >/dev/null`;

async function must(node: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await exec(node, command);
  if (code !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
  return stdout.trim();
}

/** A service of one replica that notes its node's name in storage once a second, under the lease. */
export async function startService(): Promise<void> {
  await Promise.all(NODES.map((node) => must(node, IMAGE)));
  const mounts =
    '--mount type=bind,source=/mailu,target=/mailu --mount type=bind,source=/usr/local/sbin/provision-lease,target=/lease,readonly';
  const command = `sh -c 'while :; do echo "$NODE $(date +%s)" >>/mailu/disaster.log; sleep 1; done'`;
  await must(
    'node-1',
    `docker service create -q --detach --no-resolve-image --name writer --env 'NODE={{.Node.Hostname}}' ${mounts} lab-writer:1 sh /lease /mailu/disaster.lock ${command}`,
  );
}

export interface Note {
  readonly node: string;
  readonly at: number;
}

export async function notes(node: string): Promise<readonly Note[]> {
  const { stdout } = await exec(node, 'cat /mailu/disaster.log');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([name = '', at]) => ({ node: name, at: Number(at) }));
}

const rules = (verb: '-I' | '-D') =>
  ['tcp 2377', 'tcp 7946', 'udp 7946', 'udp 4789']
    .map((text) => text.split(' '))
    .flatMap(([protocol, port]) =>
      ['PREROUTING ! -i lo', 'OUTPUT ! -o lo'].flatMap((chain) =>
        ['--dport', '--sport'].map(
          (side) => `iptables -w -t raw ${verb} ${chain} -p ${protocol} ${side} ${port} -j DROP`,
        ),
      ),
    )
    .join('\n');

/** Drops what Docker's engines say to each other. Storage goes on. */
export async function cutDocker(node: string): Promise<void> {
  await must(node, rules('-I'));
}

export async function healDocker(node: string): Promise<void> {
  await must(node, rules('-D'));
}

/** What the containers of the service on a node have said. */
export async function said(node: string): Promise<string> {
  const { stdout, stderr } = await exec(
    node,
    'for c in $(docker ps -aq --filter name=writer); do docker logs "$c" 2>&1; done',
  );
  return stdout + stderr;
}
