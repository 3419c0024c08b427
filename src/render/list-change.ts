import type { Shown } from '../resource/index.ts';

const LIST = /^[^\s,]+(,[^\s,]+)+$/;

/** What a list with commas gets and loses, where it keeps some of it and their order; of all else nothing is said here. */
export function listChange(from: Shown, to: Shown): string | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || !LIST.test(from) || !LIST.test(to))
    return undefined;
  const [before, after] = [from.split(','), to.split(',')];
  const keptBefore = before.filter((name) => after.includes(name));
  const keptAfter = after.filter((name) => before.includes(name));
  if (keptBefore.length < 2 || keptBefore.join() !== keptAfter.join()) return undefined;
  const gets = after.filter((name) => !before.includes(name));
  const loses = before.filter((name) => !after.includes(name));
  return [
    ...(gets.length === 0 ? [] : [`gets ${gets.join(', ')}`]),
    ...(loses.length === 0 ? [] : [`loses ${loses.join(', ')}`]),
  ].join(', ');
}
