export { cleanText } from './clean.ts';
export { errorText } from './error-text.ts';
export { jsonRenderer, logRenderer } from './json.ts';
export { plainRenderer } from './plain.ts';
export { planText } from './plan-text.ts';
export { duration } from './recap.ts';
export type { Renderer, Write } from './renderer.ts';
export { type Style, styleOf } from './style.ts';
export { tableText } from './table.ts';
