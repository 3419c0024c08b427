export { check, type Path, unknownKey } from './check.ts';
