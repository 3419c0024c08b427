export { check, mistakesText, type Path, parse, read, type SchemaMistake, unknownKey } from './check.ts';
export { objectSchema, schema } from './of-schema.ts';
export { offsetOf, problemsOf } from './offset.ts';
export {
  atOnce,
  below,
  either,
  func,
  inWords,
  isPromise,
  lister,
  listOf,
  mapOf,
  nameOf,
  object,
  objectWithMore,
  oneOf,
  optional,
  type Shape,
  seconds,
  such,
  text,
  truth,
  where,
  words,
} from './shape.ts';
