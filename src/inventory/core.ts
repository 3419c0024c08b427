import { z } from 'zod';

/** What hosts, groups and secrets are called. */
export const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const name = z.string().regex(NAME, 'expected lower-case letters, digits and inner hyphens');

const path = z.string().min(1).describe('a file; relative paths start at the inventory, ~ is your home');

/** How to reach a host. Said in `ssh:` for all, in a group or in a host for some; later wins. */
export const sshSchema = z.strictObject({
  user: z.string().min(1).optional().describe('login name; default: your own'),
  port: z.int().min(1).max(65535).default(22),
  identity: z
    .union([path, z.array(path).min(1)])
    .optional()
    .describe('private key file(s); default: the agent, then ~/.ssh/id_*'),
  knownHosts: path.default('~/.ssh/known_hosts').describe('file of known host keys'),
  hostKeyPolicy: z
    .enum(['yes', 'accept-new', 'no'])
    .default('accept-new')
    .describe('as StrictHostKeyChecking of ssh_config(5)'),
  connectTimeout: z.number().positive().default(10).describe('seconds'),
  become: z.enum(['sudo', 'none']).default('sudo').describe('how a login that is not root becomes root'),
  sudoPassword: name.optional().describe('the name of a secret; sent only where sudo asks for it'),
});

export const hostSchema = z.looseObject({
  address: z
    .union([z.ipv4(), z.ipv6(), z.hostname()], 'expected an IP address or a host name')
    .describe('where ssh reaches it'),
  connection: z.enum(['ssh', 'local']).default('ssh').describe('`local`: the machine that provision runs on'),
  ssh: sshSchema.partial().optional(),
});

export const groupSchema = z.looseObject({
  hosts: z.array(name).min(1),
  ssh: sshSchema.partial().optional(),
});

const secretSchema = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: path })],
  'expected { env: NAME } or { file: PATH }',
);

/** What every inventory has. All other keys at the top are sections of playbooks. */
export const coreSchema = z.looseObject({
  cluster: name.describe('a name for the whole'),
  ssh: sshSchema.partial().optional(),
  hosts: z
    .record(name, hostSchema)
    .refine((hosts) => Object.keys(hosts).length > 0, 'expected at least one host'),
  groups: z.record(name, groupSchema).default({}),
  secrets: z.record(name, secretSchema).default({}),
});

export type SshSettings = Readonly<z.output<typeof sshSchema>>;
export type SecretSource = Readonly<z.output<typeof secretSchema>>;
export type Core = z.output<typeof coreSchema>;
