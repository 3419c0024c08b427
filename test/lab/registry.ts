import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REGISTRY, REGISTRY_ADDRESS } from './addresses.ts';
import { docker } from './engine.ts';
import type { Debian } from './image.ts';
import { NETWORK } from './network.ts';
import { MACHINE } from './node.ts';
import { must, until } from './shell.ts';
import { pushStandIns, standInDigests } from './stand-ins.ts';
import { paths } from './state.ts';

export { REGISTRY } from './addresses.ts';

const CONTAINER = 'provision-lab-registry';
const STORAGE = 'registry-';
/** Written into the storage once all stand-ins of a state are in it. */
const PUSHED = 'pushed-';

const CONFIGURATION = `version: 0.1
storage:
  filesystem: { rootdirectory: /srv/registry }
  delete: { enabled: true }
http: { addr: '0.0.0.0:5000' }
`;
/** The package is in the node image's cache, so that the mirror is not asked. */
const SET_UP = `set -eu
export DEBIAN_FRONTEND=noninteractive
dpkg --install /var/cache/apt/archives/docker-registry_*.deb >/dev/null
cat >/etc/docker/registry/config.yml
mkdir -p /etc/systemd/system/docker-registry.service.d
printf '[Service]\\nUser=root\\nGroup=root\\n' >/etc/systemd/system/docker-registry.service.d/lab.conf
systemctl daemon-reload
systemctl -q restart docker-registry
`;

/** A registry without TLS, with the stand-ins for Mailu's images. What it holds outlives it. */
export async function createRegistry(
  image: string,
  debian: Debian,
  say: (text: string) => void,
): Promise<void> {
  await removeRegistry();
  const { base, all } = await standInDigests();
  const storage = join(paths.images, `${STORAGE}${base}`);
  forgetOthers(`${STORAGE}${base}`);
  mkdirSync(storage, { recursive: true });
  const legacy = debian === 12 ? [] : ['-e', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'];
  const place = ['--network', NETWORK, '--ip', REGISTRY_ADDRESS, '-v', `${storage}:/srv/registry`];
  await must(
    'making the registry',
    docker`docker run -d --name ${CONTAINER} --hostname registry ${MACHINE} ${legacy} ${place} ${image}`,
  );
  await until('the registry has booted', 60, async () =>
    /^(running|degraded)/.test((await docker`docker exec ${CONTAINER} systemctl is-system-running`).stdout),
  );
  await must(
    'setting the registry up',
    docker({ input: CONFIGURATION })`docker exec -i ${CONTAINER} sh -c ${SET_UP}`,
  );
  await until('the registry answers', 30, answers);
  const mark = join(storage, `${PUSHED}${all}`);
  if (existsSync(mark)) return;
  await pushStandIns(REGISTRY, base, say);
  for (const old of readdirSync(storage).filter((name) => name.startsWith(PUSHED)))
    rmSync(join(storage, old));
  writeFileSync(mark, '');
}

/** Takes the registry away, and leaves what it holds. */
export async function removeRegistry(): Promise<void> {
  await docker`docker rm -f -v ${CONTAINER}`;
}

async function answers(): Promise<boolean> {
  return fetch(`http://${REGISTRY}/v2/`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What was pushed for another base image. */
function forgetOthers(keep: string): void {
  for (const name of readdirSync(paths.images))
    if (name.startsWith(STORAGE) && name !== keep)
      rmSync(join(paths.images, name), { recursive: true, force: true });
}
