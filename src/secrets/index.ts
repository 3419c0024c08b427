export { type AgeKeys, decryptAge, encryptAge, newIdentity, readContent } from './age-file.ts';
export { type Means, type Source, secretReader } from './resolve.ts';
