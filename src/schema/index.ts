export { check, mistakesText, type Path, read, unknownKey } from './check.ts';
export { offsetOf } from './offset.ts';
