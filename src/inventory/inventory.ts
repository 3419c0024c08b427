import type { ZodObject, ZodType } from 'zod';
import type { AgeSettings, SecretSource, SshSettings } from './core.ts';

/** A part of the inventory that a playbook owns, under the playbook's name. */
export interface Section {
  readonly name: string;
  /** Where its playbook is defined, if that is not in our own code: `mine.ts:5`. */
  readonly origin?: string | undefined;
  /** Said once, in the section: what holds for the cluster as a whole. */
  readonly cluster: ZodType;
  /** Said in the section for all hosts, in a group or a host for some; later wins. */
  readonly host: ZodObject;
}

export interface InventoryHost {
  readonly name: string;
  readonly address: string;
  readonly connection: 'ssh' | 'local';
  readonly groups: readonly string[];
  readonly ssh: SshSettings;
}

/** A section's values, parsed by its schemas. */
export interface SectionValues {
  readonly cluster: unknown;
  readonly hosts: ReadonlyMap<string, unknown>;
}

export interface Inventory {
  readonly file: string;
  readonly cluster: string;
  readonly hosts: readonly InventoryHost[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly secrets: ReadonlyMap<string, SecretSource>;
  readonly age: AgeSettings;
  readonly sections: ReadonlyMap<string, SectionValues>;
}
