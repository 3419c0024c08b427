#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Only what an old Node can read as well: Debian 12 comes with 18, in which the program would begin, and fail somewhere as if it had a bug.
 * The versions are those of `engines` in package.json.
 */
const [major, minor] = process.versions.node.split('.').map(Number);
const fits = major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;

/** Nothing was begun. */
function refuse(message, fix) {
  process.stderr.write(`error  ${message}\n  fix: ${fix}\n`);
  process.exitCode = 3;
}

if (!fits)
  refuse(
    `this Node is ${process.versions.node}, and provision needs 20.19, 22.12 or later`,
    'install a later one (https://nodejs.org/en/download); node --version says which is found first',
  );
else if (!existsSync(new URL('../dist/cli/main.js', import.meta.url)))
  refuse('this clone has not been built', `npm ci, in ${fileURLToPath(new URL('..', import.meta.url))}`);
else
  import('../dist/cli/main.js').then(async ({ main }) => {
    process.exitCode = await main(process.argv);
  });
