import { z } from 'zod';
import { addressSchema } from './address.ts';

/** What hosts, groups and secrets are called. */
export const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Also of directories: `DOMAIN\\user`, `user@realm`. */
export const USER = /^[A-Za-z0-9_][\w.@\\-]*\$?$/;

const name = z.string().regex(NAME, 'expected lower-case letters, digits and inner hyphens, 63 at most');

const path = z.string().min(1).describe('a file; relative paths start at the inventory, ~ is your home');

/** How to reach a host. Said in `ssh:` for all, in a group or in a host for some; later wins. */
export const sshSchema = z.strictObject({
  user: z
    .string()
    .regex(USER, 'expected the name of a user')
    .optional()
    .describe('who logs in; default: as ssh has it')
    .meta({ examples: ['deploy'] }),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('the port of sshd; default: as ssh has it, 22')
    .meta({ examples: [2222] }),
  identity: z
    .union([path, z.array(path).min(1)])
    .optional()
    .describe(
      'private key file(s), with the certificates beside them; default: as ssh has it, else the agent, then ~/.ssh/id_*',
    )
    .meta({ examples: ['~/.ssh/id_ed25519'] }),
  password: name
    .optional()
    .describe('the name of a secret: a password to log in with, where no key is taken')
    .meta({ examples: ['deploy-login'] }),
  knownHosts: path
    .optional()
    .describe('the file of known host keys; default: as ssh has it, ~/.ssh/known_hosts')
    .meta({ examples: ['known_hosts'] }),
  hostKeyPolicy: z
    .enum(['yes', 'accept-new', 'no'])
    .optional()
    .describe(
      'as StrictHostKeyChecking of ssh_config(5); default: as ssh has it, accept-new where it would ask',
    ),
  proxyJump: z
    .string()
    .min(1)
    .optional()
    .describe('hosts to go through, as ProxyJump of ssh_config(5); default: as ssh has it')
    .meta({ examples: ['bastion.example.org'] }),
  config: path
    .optional()
    .describe("ssh's own settings are read from this file instead of ~/.ssh/config; `/dev/null`: from none")
    .meta({ examples: ['ssh_config', '/dev/null'] }),
  connectTimeout: z
    .number()
    .positive()
    .optional()
    .describe('seconds that a host may take to answer; default: as ssh has it, 10')
    .meta({ examples: [30] }),
  become: z
    .enum(['sudo', 'none'])
    .default('sudo')
    .describe('how a login that is not root becomes root; `none`: not at all'),
  sudoPassword: name
    .optional()
    .describe('the name of a secret: the password for sudo; sent only where sudo asks for it')
    .meta({ examples: ['deploy-sudo'] }),
});

export const hostSchema = z.looseObject({
  address: addressSchema,
  connection: z
    .enum(['ssh', 'local'])
    .default('ssh')
    .describe('how it is reached; `local`: it is the machine that provision runs on'),
  ssh: sshSchema
    .partial()
    .optional()
    .describe('how to reach this host; later than what is said for all and in its groups'),
});

export const groupSchema = z.looseObject({
  hosts: z
    .array(name)
    .min(1)
    .describe('the hosts of the group, by their names under `hosts:`')
    .meta({ examples: [['mail-1', 'mail-2']] }),
  ssh: sshSchema.partial().optional().describe('how to reach the hosts of this group'),
});

const secretSchema = z.union(
  [
    z.strictObject({
      env: z
        .string()
        .min(1)
        .describe('a variable of the environment that provision runs in')
        .meta({ examples: ['DEPLOY_SUDO'] }),
    }),
    z.strictObject({
      file: path
        .describe(
          'a file that only you can read (0600); relative paths start at the inventory, ~ is your home',
        )
        .meta({ examples: ['~/mail/privkey.pem'] }),
    }),
    z.strictObject({
      command: z
        .string()
        .min(1)
        .describe('a command of /bin/sh here that prints the value')
        .meta({ examples: ['pass show mail/admin'] }),
    }),
    z.strictObject({
      age: z
        .string()
        .min(1)
        .describe('its name in the encrypted file of `age:`')
        .meta({ examples: ['database'] }),
    }),
    z.strictObject({
      prompt: z
        .string()
        .min(1)
        .describe('asked on the terminal, in these words')
        .meta({ examples: ['Password at the relay'] }),
    }),
  ],
  'expected one of { env: NAME }, { file: PATH }, { command: TEXT }, { age: NAME }, { prompt: TEXT }',
);

/** Secrets in one file that may be in version control: encrypted with age (age-encryption.org). */
const ageSchema = z.strictObject({
  file: path.default('secrets.age').describe('the encrypted file; `provision secrets edit` makes it'),
  identity: path
    .default('~/.config/provision/age.txt')
    .describe('your own key, as age-keygen makes it; nobody else reads it (0600)'),
  recipients: z
    .array(z.string().regex(/^age1[0-9a-z]+$/, 'expected a recipient, as in age1…'))
    .default([])
    .describe('who else may decrypt it; your own key always may')
    .meta({ examples: [['age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq']] }),
});

/** What every inventory has. All other keys at the top are sections of playbooks. */
export const coreSchema = z.looseObject({
  cluster: name.describe('a name for the whole').meta({ examples: ['mail'] }),
  ssh: sshSchema.partial().optional().describe('how to reach all hosts; a group or a host may say otherwise'),
  hosts: z
    .record(name, hostSchema, {
      error: ({ code }) =>
        code === 'invalid_type'
          ? 'expected hosts by their names, as in `mail-1: { address: 192.0.2.11 }`'
          : undefined,
    })
    .refine((hosts) => Object.keys(hosts).length > 0, 'expected at least one host')
    .describe('the machines, by the name that each is given here'),
  groups: z
    .record(name, groupSchema)
    .default({})
    .describe('hosts that have something in common, by the name of the group'),
  secrets: z
    .record(name, secretSchema)
    .default({})
    .describe('where passwords and keys come from, by the name that is used elsewhere here'),
  age: ageSchema.prefault({}).describe('secrets in one file that is encrypted with age'),
});

export type SshSettings = Readonly<z.output<typeof sshSchema>>;
export type AgeSettings = Readonly<z.output<typeof ageSchema>>;
export type SecretSource = Readonly<z.output<typeof secretSchema>>;
export type Core = z.output<typeof coreSchema>;

/** What a section may be called. */
export const SECTION_NAME = /^[A-Za-z][\w-]*$/;

/** What it may not: keys that an inventory has at the top, in a host and in a group. */
export const TAKEN_NAMES: readonly string[] = [
  ...new Set([coreSchema, hostSchema, groupSchema].flatMap(({ shape }) => Object.keys(shape))),
];
