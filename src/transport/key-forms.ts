import { quote } from '../shell/index.ts';

/** A line of a public key (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"): type and text. */
export const PUBLIC = /^((?:ssh|ecdsa|sk)-[\w@.-]+) (AAAA\S+)/;

export interface OtherForm {
  readonly message: string;
  readonly fix: readonly string[];
}

/** What people name as a private key, and is another thing, by how it begins; absent where it may be one. */
export function otherThanPrivate(text: string, path: string): OtherForm | undefined {
  if (text.trim() === '') return { message: `the key ${path} is empty`, fix: [] };
  if (PUBLIC.test(text) || /^(---- BEGIN SSH2 PUBLIC KEY|-----BEGIN (RSA )?PUBLIC KEY)/.test(text))
    return {
      message: `the key ${path} is the public half of one`,
      fix: [
        `name the private half, which lies beside it (${path.replace(/\.pub$/, '')}), or have the agent hold it: ssh-add -L shows which it has`,
      ],
    };
  // Of versions 2 and 3 of PuTTY (puttygen(1)).
  if (/^PuTTY-User-Key-File-\d/.test(text))
    return {
      message: `the key ${path} is in PuTTY's form, which ssh does not read either`,
      fix: [
        `puttygen ${quote(path)} -O private-openssh -o ${quote(`${path.replace(/\.ppk$/, '')}.openssh`)}`,
      ],
    };
  // PKCS #8 (RFC 5958), as `openssl genpkey` writes it.
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text))
    return {
      message: `the key ${path} is in the form of PKCS #8, which is not read here`,
      fix: [`ssh-keygen -p -f ${quote(path)}`],
    };
  if (/^-----BEGIN CERTIFICATE/.test(text))
    return { message: `the key ${path} is a certificate`, fix: ['name the private key'] };
  return undefined;
}
