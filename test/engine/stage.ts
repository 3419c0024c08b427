import type { Stage } from '../../src/playbook/index.ts';
import type { Resource } from '../../src/resource/index.ts';

/** A stage of a playbook that has no settings and no facts, or uses none. */
export type AnyStage = Stage<Record<string, never>, Record<string, never>, Record<never, never>>;

export const stage = (name: string, resources: (host: string) => readonly Resource[]): AnyStage => ({
  name,
  resources: (host) => resources(host.name),
});
