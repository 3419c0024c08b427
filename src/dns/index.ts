export { type DnsAnswer, isSigned, readAnswer } from './answer.ts';
export { EMBEDDED, insideContainer } from './container.ts';
export { ask, question, withDns } from './question.ts';
