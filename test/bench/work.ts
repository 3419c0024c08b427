/** The work of the benchmark: the same things for every tool, as data. */
export type Item =
  | { readonly kind: 'file'; readonly path: string; readonly content: string; readonly mode: string }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: string }
  | { readonly kind: 'service'; readonly unit: string }
  | { readonly kind: 'package'; readonly name: string };

/** Where files and directories are made. It is there, empty. */
export const FOLDER = '/srv/bench';
/** Nodes have the units and the repository of packages for this many items. */
export const LARGEST = 1000;

/** Of eight things four are files, two directories, one a service and one a package. */
export function workOf(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, index): Item => {
    if (index % 8 < 4)
      return {
        kind: 'file',
        path: `${FOLDER}/file-${index}`,
        content: `# number ${index}\n${'setting = value of some length\n'.repeat(6)}`,
        mode: '0640',
      };
    if (index % 8 < 6) return { kind: 'directory', path: `${FOLDER}/directory-${index}`, mode: '0750' };
    if (index % 8 === 6) return { kind: 'service', unit: `bench-${index}.service` };
    return { kind: 'package', name: `bench-${index}` };
  });
}
