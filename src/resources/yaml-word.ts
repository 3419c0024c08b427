/** A path as it can be pasted into an inventory: YAML reads it back as it is, inside braces as well. */
export function yamlWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
}
