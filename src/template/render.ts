import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loaded when something is rendered, which most commands never do: it would be a twentieth of their start. */
function handlebars() {
  const own = (require('handlebars') as typeof import('handlebars')).create();
  // What YAML reads as the same value, whatever is in it.
  own.registerHelper('json', (value: unknown) => JSON.stringify(value));
  return own;
}

/**
 * Fills a template. A name that it uses and `data` does not have is an error; nothing is escaped, for what we
 * write is configuration and not HTML. `{{json name}}` writes a value as JSON.
 */
export function render(template: string, data: Readonly<Record<string, unknown>>): string {
  return handlebars().compile(template, { noEscape: true, strict: true })(data);
}
