import { stripVTControlCharacters } from 'node:util';

/**
 * What moves a cursor, rings, or turns letters round on a terminal: controls but for tab and line feed (ECMA-48, C0, DEL, C1), and
 * Unicode's explicit directions (UAX 9).
 */
const CONTROLS = /(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** A text of a host as a terminal may show it: it must not be able to hide, colour or overwrite what we say. */
export const cleanText = (text: string): string =>
  stripVTControlCharacters(text).replaceAll('\r', '').replaceAll(CONTROLS, '·');

/** The same of all texts in plain data. Errors and the like stay what they are. */
export function cleaned<T>(data: T): T {
  return clean(data) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
}
