const names = new Intl.Collator('en', { numeric: true });

/**
 * The order in which hosts are taken wherever one of several has to come first: by name, numbers by value, so that
 * `node-2` comes before `node-10`. The order in which a file happens to name them decides nothing.
 */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return names.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
