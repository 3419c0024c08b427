import { pathToFileURL } from 'node:url';
import { ProvisionError } from '../errors/index.ts';
import { atOrigin, originOf } from '../resource/index.ts';
import { below, inWords, listOf, type Shape, such, where } from '../schema/index.ts';
import { isPlaybook, type Playbook } from './playbook.ts';

/** What a playbook can import by a name, wherever it lies. */
export interface Provided {
  /** Our own modules as they run, not a second copy of them. */
  readonly modules: Readonly<Record<string, object>>;
  /** Paths of folders by what their files' names begin with. */
  readonly folders: Readonly<Record<string, string>>;
}

/**
 * The playbooks that a TypeScript file exports by default: one, or a list in the order in which they run.
 *
 * @throws ProvisionError with exit code 3 where the file cannot be loaded or exports something else.
 */
export async function loadPlaybooks(file: string, provided: Provided): Promise<readonly Playbook[]> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(file).href, {
    virtualModules: { ...provided.modules },
    alias: { ...provided.folders },
    interopDefault: false,
    moduleCache: false,
    fsCache: true,
  });
  let exported: unknown;
  try {
    exported = ((await jiti.import(file)) as { default?: unknown }).default;
  } catch (cause) {
    // Words that a definition, or a kind, has found for itself.
    if (cause instanceof ProvisionError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const origin = cause instanceof Error ? originOf(cause.stack ?? '') : undefined;
    throw new ProvisionError(`${file}: cannot be loaded: ${atOrigin(origin)}${reason}`, {
      code: 'playbook',
      cause,
    });
  }
  const list: readonly unknown[] = Array.isArray(exported) ? exported.flat() : [exported];
  const mistakes = (Array.isArray(exported) ? EXPORTED : ONE).mistakes(
    Array.isArray(exported) ? list : exported,
  );
  if (mistakes.length > 0)
    throw new ProvisionError(
      [
        `${file}: expected \`export default definePlaybook({…})\`, or a list of them`,
        ...below('default', mistakes).map(inWords),
      ].join('\n'),
      { code: 'playbook' },
    );
  return list as readonly Playbook[];
}

const ONE = such('a playbook, as `definePlaybook({ … })` gives it', isPlaybook);
const LIST = listOf('playbooks', ONE);
const EXPORTED: Shape = where(LIST, (list: readonly Playbook[]) =>
  list.length === 0 ? [{ path: [], message: 'the list is empty' }] : [],
);

/** @throws ProvisionError where two of these have one name: that of their section of the inventory. */
export function oneOfEachName(playbooks: readonly Playbook[]): void {
  const seen = new Map<string, Playbook>();
  for (const playbook of playbooks) {
    const { name, origin } = playbook;
    const other = seen.get(name);
    if (other !== undefined)
      throw new ProvisionError(
        `two playbooks are named \`${name}\`: ${other.origin ?? 'one of ours'} and ${origin ?? 'one of ours'}; leave one out, or give it another name`,
        { code: 'playbook' },
      );
    seen.set(name, playbook);
  }
}
