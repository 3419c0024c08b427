import type { ServiceName } from '../settings/mailu.ts';

/** What the stack is made from beside the inventory's section. */
export interface Surroundings {
  /** Where the file system of all nodes is mounted. */
  readonly root: string;
  /** Versions of the secrets in the swarm, by what they are for; absent where there is none. */
  readonly secrets: Readonly<Partial<Record<SecretKey, string>>>;
  /** Versions of the configs in the swarm. */
  readonly configs: Readonly<Record<ConfigKey, string>>;
  /** The host name of the node that keeps sqlite's file, and runs admin. */
  readonly adminNode: string | undefined;
  /** A digest of our own Dovecot settings: Dovecot reads them when it starts. */
  readonly dovecotSettings: string;
  /** The id of the swarm, once there is one. */
  readonly swarm: string | undefined;
}

/** Programs of ours that containers begin with. */
export const CONFIG_KEYS = ['lease', 'drain', 'queue', 'start', 'follow', 'certificates'] as const;
export type ConfigKey = (typeof CONFIG_KEYS)[number];

export const SECRET_KEYS = [
  'secret-key',
  'database-password',
  'webmail-database-password',
  'relay-password',
  'certificate',
  'certificate-key',
] as const;
export type SecretKey = (typeof SECRET_KEYS)[number];

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** `volume`: local to a node. `tmpfs`: in memory, gone with the container; it has no source. */
  readonly type: 'bind' | 'volume' | 'tmpfs';
}

export const bind = (source: string, target: string, readOnly = false): Mount => ({
  type: 'bind',
  source,
  target,
  readOnly,
});

export interface Service {
  readonly name: ServiceName;
  readonly image: string;
  /** What the container starts, in full; absent: what the image says. */
  readonly entrypoint: readonly string[] | undefined;
  readonly hostname: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Secrets by where they are mounted. */
  readonly secrets: readonly { readonly source: SecretKey; readonly target: string }[];
  readonly configs: readonly { readonly source: ConfigKey; readonly target: string }[];
  readonly networks: readonly string[];
  readonly ports: readonly number[];
  readonly publish: 'host' | 'ingress';
  readonly health: Health;
  /** Seconds that Docker waits between SIGTERM and SIGKILL. */
  readonly grace: number;
  readonly global: boolean;
  readonly replicas: number;
  readonly constraints: readonly string[];
  readonly endpointMode: 'vip' | 'dnsrr';
  readonly failureAction: 'rollback' | 'pause';
  readonly limit: { readonly memory?: string | undefined; readonly cpus?: string | undefined } | undefined;
  readonly reserve: { readonly memory?: string | undefined; readonly cpus?: string | undefined } | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** `test` absent: the image's own. Docker fills in what is not said from the image. */
type Health =
  | 'none'
  | {
      readonly test: readonly string[] | undefined;
      readonly startPeriod: string;
      readonly interval: string | undefined;
      readonly retries: number | undefined;
    };

export const LEASE_FOLDER = '/leases';
/** The name of the stack in the swarm, which the names of its services begin with. */
export const STACK = 'mailu';
/** In a container, while it waits for its lease. */
export const WAITING = '/dev/shm/provision-waiting';
/** Put by us on the nodes that are to be fronts, after what all our labels begin with. */
export const FRONT_LABEL = 'front';

/** What differs from service to service. */
export interface ServiceTraits {
  readonly mounts: readonly Mount[];
  readonly networks: readonly string[];
  /** What the image starts, where the lease or a password has to come before it. */
  readonly command: readonly string[];
  /** On shared storage, and may have one writer. */
  readonly leased: boolean;
  /** Seconds that it may take until its check of health holds. */
  readonly startPeriod: number;
  readonly hostname?: string;
  /** Services whose names it needs at its start: without them it ends, or does for good without what they do. */
  readonly awaits?: readonly ServiceName[];
  /** Files, inside the container, whose coming and going has to be seen to. */
  readonly certificates?: readonly string[];
  /** The folder of Postfix's queue, inside the container. */
  readonly queue?: string;
  /** Its supervisor, and the workers that may end what they have begun before they are asked to end: names of programs. */
  readonly drained?: readonly string[];
  /** Ports of other services that messages go to through it, each of which is to end before it does. */
  readonly passes?: readonly number[];
  /** What has to be done in the container whenever another service has a new address, or answers a question again: lines of shell. */
  readonly follows?: readonly {
    readonly service: ServiceName;
    readonly reaction: string;
    readonly question?: string;
  }[];
  /** What it listens on once it works, inside the container. */
  readonly listens?: number;
  readonly test?: readonly string[];
}
