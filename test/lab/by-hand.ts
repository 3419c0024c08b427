import { nodeOf } from './node.ts';
import { on } from './steps.ts';

/** What somebody has made by hand, before this tool came, as GlusterFS's own quick start says. */

const number = (node: string) => Number(node.split('-')[1]);

/** Every node gives every other these names, in /etc/hosts. */
async function names(nodes: readonly string[], spelt: (node: string) => string): Promise<void> {
  const lines = nodes.map((node) => `${nodeOf(number(node)).address} ${spelt(node)}`).join('\\n');
  await Promise.all(nodes.map((node) => on(node, `printf '${lines}\\n' >>/etc/hosts`)));
}

/** Brick folder of a volume made by hand. */
export const brickOf = (volume: string) => `/srv/gluster/${volume}`;

/** A pool and a replicated volume by names, with `files` small files in `mail`, mounted at /mailu where `mounted` says so. */
export async function volumeByHand(
  nodes: readonly string[],
  volume: string,
  { spelt = (node: string) => node, mounted = [] as readonly string[], files = 200 } = {},
): Promise<void> {
  const [first = '', ...others] = nodes;
  await names(nodes, spelt);
  await Promise.all(
    nodes.map((node) =>
      on(
        node,
        `export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && apt-get install -y -qq glusterfs-server >/dev/null && systemctl enable --now -q glusterd && mkdir -p ${brickOf(volume)}`,
      ),
    ),
  );
  for (const node of others) await on(first, `gluster --mode=script peer probe ${spelt(node)}`);
  await on(
    first,
    `for i in $(seq 30); do [ "$(gluster peer status | grep -c 'Peer in Cluster (Connected)')" = ${others.length} ] && exit 0; sleep 1; done; exit 1`,
  );
  const bricks = nodes.map((node) => `${spelt(node)}:${brickOf(volume)}`).join(' ');
  await on(
    first,
    `gluster --mode=script volume create ${volume} replica ${nodes.length} ${bricks} && gluster --mode=script volume start ${volume}`,
  );
  for (const node of mounted)
    await on(
      node,
      `mkdir -p /mailu && echo '${spelt(node)}:/${volume} /mailu glusterfs defaults,_netdev 0 0' >>/etc/fstab && mount /mailu`,
    );
  await on(
    first,
    `d=$(mktemp -d) && mount -t glusterfs ${spelt(first)}:/${volume} $d && mkdir $d/mail && (cd $d/mail; for i in $(seq ${files}); do echo "mail $i" >$i; done) && umount $d && rmdir $d`,
  );
}
