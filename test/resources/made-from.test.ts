import { expect, test } from 'vitest';
import { isMadeFrom } from '../../src/resources/stack/made-from.ts';

/** As Docker 26.1 prints them: of a task, and of its service. */
const task = {
  ContainerSpec: { Image: 'redis:alpine@sha256:1', Isolation: 'default' },
  Placement: { Platforms: [{ Architecture: 'amd64', OS: 'linux' }] },
  ForceUpdate: 0,
};
const template = {
  ContainerSpec: { Image: 'redis:alpine@sha256:1', DNSConfig: {}, Isolation: 'default' },
  Placement: { Platforms: [{ Architecture: 'amd64', OS: 'linux' }] },
  ForceUpdate: 0,
  Runtime: 'container',
};

test.each([
  ['nothing', {}, true],
  ['the platforms, which a second deploy of the same image leaves out', { Placement: {} }, true],
  ['a constraint that the task fits', { Placement: { Constraints: ['node.hostname == a'] } }, true],
  ['the image', { ContainerSpec: { ...template.ContainerSpec, Image: 'redis:alpine@sha256:2' } }, false],
  ['a forced update', { ForceUpdate: 1 }, false],
  ['what it had not', { Resources: { Limits: { MemoryBytes: 1 } } }, false],
])('a service that changed in %s', (_, change, expected) => {
  expect(isMadeFrom(task, { ...template, ...change })).toBe(expected);
});
