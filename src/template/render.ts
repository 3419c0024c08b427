import Handlebars from 'handlebars';

const handlebars = Handlebars.create();
// What YAML reads as the same value, whatever is in it.
handlebars.registerHelper('json', (value: unknown) => JSON.stringify(value));

/**
 * Fills a template. A name that it uses and `data` does not have is an error; nothing is escaped, for what we
 * write is configuration and not HTML. `{{json name}}` writes a value as JSON.
 */
export function render(template: string, data: Readonly<Record<string, unknown>>): string {
  return handlebars.compile(template, { noEscape: true, strict: true })(data);
}
