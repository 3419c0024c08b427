import { writeFileSync } from 'node:fs';
import { contents } from './contents.ts';
import { page } from './page.ts';

/** Rewrites docs/reference.md from the code. */
writeFileSync(new URL('../../docs/reference.md', import.meta.url), page(contents()));
