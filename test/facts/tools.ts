import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with the programs of this machine without its Docker. */
export const TOOLS = mkdtempSync(join(tmpdir(), 'provision-tools-'));
for (const name of readdirSync('/usr/bin').filter((each) => !/docker/.test(each)))
  symlinkSync(join('/usr/bin', name), join(TOOLS, name));
