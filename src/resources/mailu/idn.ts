import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * A domain has two spellings (RFC 5891): Mailu keeps the one in ASCII, and says, and names files of keys by, the other
 * (core/admin/mailu/models.py, IdnaDomain, IdnaEmail, _dkim_file). Compared is always the one in ASCII.
 */
export const asciiDomain = (domain: string): string => domainToASCII(domain) || domain.toLowerCase();

/** As Mailu says it. One that is given to it in ASCII would have its key in a file that is not found again. */
export const mailuDomain = (domain: string): string => domainToUnicode(domain) || domain;

export const asciiAddress = (address: string): string => withDomain(address.toLowerCase(), asciiDomain);
export const mailuAddress = (address: string): string => withDomain(address, mailuDomain);

function withDomain(address: string, spell: (domain: string) => string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at + 1)}${spell(address.slice(at + 1))}`;
}

/** Which domain a file of a DKIM key is for, in ASCII, and of which selector (DKIM_PATH, `{domain}.{selector}.key`). */
export function readKeyName(
  file: string,
): { readonly domain: string; readonly selector: string } | undefined {
  const [, domain = '', selector = ''] = /^(.+\.[^.]+)\.([^.]+)\.key$/.exec(file) ?? [];
  return domain === '' ? undefined : { domain: asciiDomain(domain), selector };
}
