export { BOOT_SECONDS } from './boot-clock.ts';
export { quote } from './quote.ts';
export { type Argument, lines, putOnce, raw, Script, sh, shared } from './script.ts';
export { looksSecret, MASK, Secret } from './secret.ts';
