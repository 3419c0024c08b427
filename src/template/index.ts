export { render } from './render.ts';
export { template } from './template.ts';
