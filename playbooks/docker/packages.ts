import type { Finding } from 'provision-swarm';
import type { DockerHost } from '../settings/docker.ts';
import { engineOf } from './engine.ts';

/** What each engine's packages conflict with, beside the other engine; nothing that is there is ever removed. */
const OTHERS = {
  'docker.io': ['containerd.io'],
  'docker-ce': ['containerd', 'runc'],
} as const;

/** Packages of a host, or an engine that runs and is of none, that its engine would have to replace. */
export function inspectPackages(host: DockerHost): readonly Finding[] {
  const { packages, unfinished, runtimes } = host.facts.docker;
  const engine = engineOf(host);
  if (host.settings.source === 'none') return [];
  const refuse = (names: readonly string[], ...fix: string[]): readonly Finding[] => [
    {
      level: 'refuse',
      code: 'other-engine',
      host: host.name,
      message: `it has ${names.join(', ')}, which ${engine} would replace`,
      fix,
    },
  ];
  // What has said something of itself runs. One that is installed goes host by host; another over it would be begun on all at once.
  if (packages.length + unfinished.length === 0 && host.facts.swarm.info !== undefined)
    return refuse(
      ['an engine that runs and is of no package that is known'],
      'set `docker: { source: none }` for it, which installs no other over it; its settings are kept all the same',
    );
  const foreign = packages.filter((name) => name !== engine);
  const other = foreign.find((name) => name === 'docker.io' || name === 'docker-ce');
  if (other !== undefined) return refuse(foreign, `set ${sourceOf(other)} for it, or remove that package`);
  if (foreign.length > 0)
    return refuse(foreign, `remove ${foreign.join(', ')}: podman itself and its containers stay`);
  const left = packages.includes(engine)
    ? []
    : runtimes.filter((name) => OTHERS[engine].some((one) => one === name));
  if (left.length === 0) return [];
  return refuse(
    left,
    `set ${sourceOf(engine === 'docker.io' ? 'docker-ce' : 'docker.io')} for it, which goes with what is there`,
    `or remove ${left.join(', ')}, where nothing else of the host runs containers with it, as Kubernetes does`,
  );
}

const sourceOf = (engine: 'docker.io' | 'docker-ce') =>
  `\`docker: { source: ${engine === 'docker-ce' ? 'docker-ce' : 'distribution'} }\``;
