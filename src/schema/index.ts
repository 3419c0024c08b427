export { check, type Mistake, type Path, unknownKey } from './check.ts';
