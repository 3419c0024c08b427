/** What a program or a host has said, in one line. */
export const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

export const itSaid = (words: string): string => (words === '' ? 'it said nothing' : `it said "${words}"`);
