export { BOOT_SECONDS } from './boot-clock.ts';
export { quote } from './quote.ts';
export { type Argument, allShared, lines, raw, Script, sh } from './script.ts';
export { looksSecret, MASK, Secret } from './secret.ts';
export { type Program, shared, together } from './shared.ts';
