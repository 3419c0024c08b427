import { pathToFileURL } from 'node:url';
import { ProvisionError } from '../errors/index.ts';
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProvisionError(`${file}: cannot be loaded: ${reason}`, { code: 'playbook', exit: 3, cause });
  }
  const list = Array.isArray(exported) ? exported.flat() : [exported];
  if (list.length === 0 || !list.every(isPlaybook))
    throw new ProvisionError(`${file}: expected \`export default definePlaybook({…})\`, or a list of them`, {
      code: 'playbook',
      exit: 3,
    });
  const names = list.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ProvisionError(`${file}: two playbooks are named \`${twice}\``, { code: 'playbook', exit: 3 });
  return list;
}
