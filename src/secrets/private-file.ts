import { readFile, stat } from 'node:fs/promises';

/**
 * A file that belongs to its reader alone (0600 or less).
 *
 * @throws Error whose message says what is wrong and how to mend it.
 */
export async function readPrivateFile(path: string): Promise<string> {
  const unread = (error: NodeJS.ErrnoException) => {
    throw new Error(
      `cannot read ${path} (${error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message)})`,
    );
  };
  const found = await stat(path).catch(unread);
  // Before its mode is looked at: 600 would lock its owner out of a folder.
  if (!found.isFile()) throw new Error(`cannot read ${path} (it is no file)`);
  if ((found.mode & 0o077) !== 0)
    throw new Error(`others can read ${path}; fix: chmod 600 '${path.replaceAll("'", "'\\''")}'`);
  return readFile(path, 'utf8').catch(unread);
}
