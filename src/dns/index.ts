export { type DnsAnswer, isSigned, readAnswer } from './answer.ts';
export { EMBEDDED } from './embedded.ts';
export { ask, askingNames, question } from './question.ts';
