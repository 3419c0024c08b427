import { expect, test } from 'vitest';
import { inspectPackages } from '../../playbooks/docker/packages.ts';
import { hostSettings } from '../../playbooks/settings/docker.ts';
import { dockerFacts } from '../../src/facts/index.ts';

/** What is refused of a host whose engine runs, with what dpkg says. */
const running = (source: string, dpkg: string) => {
  const docker = dockerFacts.parse({ code: 0, stdout: dpkg, stderr: '' });
  const facts = { docker, swarm: { engine: 'running', info: { state: 'active' } } };
  return inspectPackages({ name: 'a', settings: hostSettings.parse({ source }), facts } as never);
};

/** What is refused of a host with these packages. */
const found = (source: string, ...packages: readonly string[]) => {
  const stdout = packages.map((name) => `${name} installed\n`).join('');
  const docker = dockerFacts.parse({ code: 0, stdout: `${stdout}docker-buildx not-installed\n`, stderr: '' });
  const host = { name: 'a', settings: hostSettings.parse({ source }), facts: { docker, swarm: {} } };
  return inspectPackages(host as never).map(({ message, fix }) => [message, ...fix]);
};

test('a host that has what its engine brings, or nothing, is refused nothing', () => {
  expect(found('distribution')).toEqual([]);
  expect(found('distribution', 'docker.io', 'containerd', 'runc')).toEqual([]);
  expect(found('distribution', 'containerd', 'runc')).toEqual([]);
  expect(found('docker-ce', 'docker-ce', 'containerd.io')).toEqual([]);
  expect(found('docker-ce', 'containerd.io')).toEqual([]);
  expect(found('none', 'podman-docker')).toEqual([]);
});

test('the other engine', () => {
  expect(found('docker-ce', 'docker.io', 'containerd', 'runc')).toEqual([
    [
      'it has docker.io, which docker-ce would replace',
      'set `docker: { source: distribution }` for it, or remove that package',
    ],
  ]);
  expect(found('distribution', 'docker-ce', 'containerd.io')[0]?.[1]).toContain('source: docker-ce');
});

test("podman's command of that name is no engine that an inventory could keep", () => {
  expect(found('distribution', 'podman-docker')).toEqual([
    [
      'it has podman-docker, which docker.io would replace',
      'remove podman-docker: podman itself and its containers stay',
    ],
  ]);
});

test('what an engine that is gone has left, and what other programs run containers with', () => {
  expect(found('distribution', 'containerd.io')).toEqual([
    [
      'it has containerd.io, which docker.io would replace',
      'set `docker: { source: docker-ce }` for it, which goes with what is there',
      'or remove containerd.io, where nothing else of the host runs containers with it, as Kubernetes does',
    ],
  ]);
  expect(found('docker-ce', 'containerd', 'runc')[0]?.[0]).toBe(
    'it has containerd, runc, which docker-ce would replace',
  );
});

test('an engine that runs and is of no package is not replaced, on all hosts at once', () => {
  for (const source of ['distribution', 'docker-ce'])
    expect(running(source, 'docker.io config-files\n')).toEqual([
      {
        level: 'refuse',
        code: 'other-engine',
        host: 'a',
        message: `it has an engine that runs and is of no package that is known, which ${source === 'docker-ce' ? source : 'docker.io'} would replace`,
        fix: [
          'set `docker: { source: none }` for it, which installs no other over it; its settings are kept all the same',
        ],
      },
    ]);
  expect(running('none', '')).toEqual([]);
  expect(running('distribution', 'docker.io installed\n')).toEqual([]);
  // One whose upgrade was cut off is ended by a run.
  for (const state of ['unpacked', 'half-configured', 'triggers-pending'])
    expect(running('distribution', `docker.io ${state}\n`)).toEqual([]);
});
