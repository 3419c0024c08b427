import { readFileSync } from 'node:fs';
import { render } from './render.ts';

/** Fills the template in a file. Relative paths start at the playbook: `template(import.meta.url, '../templates/x.hbs', data)`. */
export function template(from: string, path: string, data: Readonly<Record<string, unknown>>): string {
  return render(readFileSync(new URL(path, from), 'utf8'), data);
}
