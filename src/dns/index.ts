export { type DnsAnswer, isSigned, readAnswer } from './answer.ts';
export { EMBEDDED, insideContainer, runningEngine } from './container.ts';
export { ask, askingNames, question } from './question.ts';
