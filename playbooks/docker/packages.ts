import type { Finding } from 'provision-swarm';
import type { DockerHost } from '../settings/docker.ts';
import { engineOf } from './engine.ts';

/** What each engine's packages conflict with, beside the other engine; nothing that is there is ever removed. */
const OTHERS = {
  'docker.io': ['containerd.io'],
  'docker-ce': ['containerd', 'runc'],
} as const;

/** Packages of a host that its engine would have to replace. */
export function inspectPackages(host: DockerHost): readonly Finding[] {
  const { packages, runtimes } = host.facts.docker;
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
