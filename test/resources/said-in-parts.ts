/** What a host prints for a question of `inParts`: each part with its lines, which end. */
export function saidInParts(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([name, text]) => `== ${name}\n${text.replaceAll(/^(?=.|\n)/gm, ' ')}`)
    .join('');
}
