import type { AptFacts, Cluster, DockerFacts, MachineFacts, ReachedHost, SwarmFacts } from 'provision-swarm';
import { z } from 'zod';
import type { ClusterSettings as BaseSettings } from './base.ts';

/** Docker's key for Debian and Ubuntu (docs.docker.com, engine/install/debian: "the fingerprint"). */
const DOCKERS_KEY = '9DC858229FC7DD38854AE2D88D81803C0EBFCD88';

/** Where the inventory says nothing: Docker by itself lets a container's log grow until the disk is full. */
export const SETTINGS = { 'log-driver': 'json-file', 'log-opts': { 'max-size': '10m', 'max-file': '3' } };

export const hostSettings = z
  .strictObject({
    source: z
      .enum(['distribution', 'docker-ce', 'none'])
      .default('distribution')
      .describe(
        "`distribution`: the system's own package; `docker-ce`: Docker's repository; `none`: an engine that is there and looked after elsewhere",
      ),
    repository: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('a mirror; default: https://download.docker.com/linux/debian or …/ubuntu')
          .meta({ examples: ['https://mirror.example.org/docker/linux/debian'] }),
        keyUrl: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('where its key is fetched from; default: `gpg` below the URL')
          .meta({ examples: ['https://mirror.example.org/docker.asc'] }),
        fingerprint: z
          .string()
          .regex(/^([0-9A-Fa-f]\s?){40}$/, 'expected a fingerprint of 40 hexadecimal digits')
          .default(DOCKERS_KEY)
          .describe("the fingerprint of the key that it is signed with; default: Docker's own"),
        channel: z
          .string()
          .regex(/^[a-z]+$/)
          .default('stable')
          .describe("the part of Docker's repository"),
      })
      .prefault({})
      .describe('where docker-ce comes from'),
    version: z
      .string()
      .regex(/^\d+(\.\d+)*$/, 'expected a version as in 28.5 or 28.5.1')
      .optional()
      .describe(
        'the version of docker-ce, or how it begins; held there. Default: the newest when it is installed',
      )
      .meta({ examples: ['28.5'] }),
    settings: z
      .record(z.string(), z.json())
      .optional()
      .describe(
        'settings in daemon.json; others that are there stay, one that is null is removed, and a change restarts Docker host by host. Default: logs as json-file of 3 times 10m, where nobody has chosen another log-driver',
      )
      .meta({
        examples: [{ 'log-driver': 'json-file', 'log-opts': { 'max-size': '20m', 'max-file': '3' } }],
      }),
  })
  .describe('the Docker Engine: where it comes from, and its settings');

export type Settings = z.output<typeof hostSettings>;
export interface Facts {
  readonly machine: MachineFacts;
  readonly docker: DockerFacts;
  readonly apt: AptFacts;
  readonly autolock: boolean | undefined;
  readonly swarm: SwarmFacts;
}
export type DockerHost = ReachedHost<Settings, Facts>;
export type Docker = Cluster<unknown, Settings, Facts, { readonly base: BaseSettings }>;
