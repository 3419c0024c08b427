export { readSecret, type Source } from './resolve.ts';
