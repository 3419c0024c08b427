import type { Names } from './completion/index.ts';
import type { CertificateKind, DatabaseKind, StorageKind } from './kinds.ts';

/** Options that every command which connects has. */
export interface CommonOptions {
  /** All that is said of it, by commas. */
  readonly limit?: string;
  readonly playbook?: readonly string[];
  readonly stage?: readonly string[];
  readonly output?: 'tty' | 'plain' | 'json';
  readonly user?: string;
  readonly identity?: readonly string[];
  readonly concurrency: number;
  readonly timeout?: number;
  readonly verbose?: boolean;
  readonly remount?: boolean;
  readonly databaseMoved?: boolean;
}

export interface RunCommandOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly exact?: boolean;
  readonly diff?: boolean;
  readonly detailedExitcode?: boolean;
}

export interface ExecOptions extends CommonOptions {
  readonly rolling?: boolean;
}

export interface LogOptions extends CommonOptions {
  readonly tail: number;
  readonly follow?: boolean;
  readonly since?: string;
}

export interface CheckOptions extends CommonOptions {
  /** Whether greylisting is waited for. */
  readonly wait: boolean;
}

export interface RemoveOptions extends CommonOptions {
  readonly yes?: boolean;
}

export interface InitOptions {
  readonly host?: readonly string[];
  readonly user?: string;
  readonly cluster?: string;
  readonly domain?: string;
  readonly hostname?: string;
  readonly storage?: StorageKind;
  readonly nfs?: string;
  readonly database?: DatabaseKind;
  readonly databaseServer?: string;
  readonly tls?: CertificateKind;
}

/** What the command line can be told to do. Each gives the exit code. */
export interface Actions {
  run(inventory: string, options: RunCommandOptions): Promise<number>;
  plan(inventory: string, options: RunCommandOptions): Promise<number>;
  status(inventory: string, options: CommonOptions): Promise<number>;
  facts(inventory: string, options: CommonOptions): Promise<number>;
  logs(inventory: string, service: string, options: LogOptions): Promise<number>;
  exec(inventory: string, words: readonly string[], options: ExecOptions): Promise<number>;
  dns(inventory: string, options: CommonOptions): Promise<number>;
  check(inventory: string, options: CheckOptions): Promise<number>;
  removeStack(inventory: string, options: RemoveOptions): Promise<number>;
  editSecrets(inventory: string): Promise<number>;
  rekeySecrets(inventory: string): Promise<number>;
  validate(inventory: string, options: CommonOptions): Promise<number>;
  schema(options: CommonOptions): Promise<number>;
  completion(script: string): Promise<number>;
  names(what: Names, inventory: string, options: CommonOptions): Promise<number>;
  init(file: string, options: InitOptions): Promise<number>;
}
