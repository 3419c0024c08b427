import { z } from 'zod';
import { NAME, USER } from '../inventory/index.ts';
import { type CertificateKind, type DatabaseKind, STORAGES, type StorageKind } from './kinds.ts';

/** What a person says of their machines before the first run. */
export interface Answers {
  readonly cluster: string;
  readonly user: string;
  /** Names and addresses. The first ones, as many as make an odd number up to three, are managers. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly storage: StorageKind;
  /** `server:/folder`, where the storage is NFS. */
  readonly nfs: string;
  /** Absent: no mail stack yet. */
  readonly mail:
    | {
        readonly domain: string;
        readonly hostname: string;
        readonly tls: CertificateKind;
        readonly database: DatabaseKind;
        /** Of a database that is no file. */
        readonly databaseServer: string;
      }
    | undefined;
}

/** `mail-1=192.0.2.11`, or an address alone, which gets a name. */
export function readHosts(texts: readonly string[]): Answers['hosts'] {
  return texts
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((text) => text !== '')
    .map((text, index) => {
      const [first = '', second] = text.split('=');
      return second === undefined
        ? { name: `mail-${index + 1}`, address: first }
        : { name: first, address: second };
    });
}

/** What can keep the mail of so many hosts. */
export function possibleStorages(hosts: number, mail: boolean): readonly StorageKind[] {
  return STORAGES.filter((kind) => {
    if (kind === 'glusterfs') return hosts >= 3;
    return kind === 'nfs' || hosts === 1 || !mail;
  });
}

const ADDRESS = z.union([z.ipv4(), z.ipv6(), z.hostname()]);
/** A word alone is more likely the name of a host whose address was forgotten than an address. */
const ALONE = z.union([z.ipv4(), z.ipv6(), z.hostname().regex(/\./)]);

/** What is wrong with an answer, for the person who gave it. Undefined: nothing. */
export const wrongWith = {
  hosts(text: string): string | undefined {
    const hosts = readHosts([text]);
    if (hosts.length === 0) return 'name a host, as in mail-1=192.0.2.11';
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    const wrong = words.find(
      (word, index) => !(word.includes('=') ? ADDRESS : ALONE).safeParse(hosts[index]?.address).success,
    );
    if (wrong !== undefined) return `${wrong}: expected name=address, as in mail-1=192.0.2.11`;
    const odd = hosts.find(({ name }) => !NAME.test(name));
    if (odd !== undefined)
      return `${odd.name}: expected a name of lower-case letters, digits and inner hyphens`;
    const again = (key: 'name' | 'address') =>
      hosts.find((host, index) => hosts.findIndex((other) => other[key] === host[key]) !== index)?.[key];
    const name = again('name');
    if (name !== undefined) return `${name}: two hosts have this name`;
    const address = again('address');
    return address === undefined ? undefined : `${address}: two hosts have this address`;
  },
  user: (text: string) => (USER.test(text) ? undefined : `${text}: expected the name of a user`),
  domain: (text: string) =>
    text === '' || (z.hostname().regex(/\./).safeParse(text).success && text === text.toLowerCase())
      ? undefined
      : `${text}: expected a domain in lower case, as in example.org`,
  cluster: (text: string) =>
    NAME.test(text) ? undefined : `${text}: expected lower-case letters, digits and inner hyphens`,
  nfs: (text: string) =>
    /^[\w.-]+:\/[\w.-]+(\/[\w.-]+)*$/.test(text)
      ? undefined
      : `${text || 'nothing'}: expected server:/folder, as in 192.0.2.5:/srv/mailu`,
  server: (text: string) =>
    ADDRESS.safeParse(text).success
      ? undefined
      : `${text || 'nothing'}: expected a name or an address, as in db.example.org`,
};
