export { type DnsAnswer, isSigned, readAnswer } from './answer.ts';
export { EMBEDDED, insideContainer, runningEngine } from './container.ts';
export { ask, askingNames as withDns, question } from './question.ts';
