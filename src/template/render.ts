import Handlebars from 'handlebars';

/**
 * Fills a template. A name that it uses and `data` does not have is an error; nothing is escaped, for what we
 * write is configuration and not HTML.
 */
export function render(template: string, data: Readonly<Record<string, unknown>>): string {
  return Handlebars.compile(template, { noEscape: true, strict: true })(data);
}
