export { check, type Path, type SchemaMistake as Mistake, unknownKey } from './check.ts';
