import { defineResource } from '../../resource/index.ts';
import { diffResolver } from './diff.ts';
import { observeResolver } from './observe.ts';
import { switchResolver } from './switch.ts';
import { want } from './want.ts';

/**
 * A validating resolver at 127.0.0.1 that a host uses for all names: unbound, by itself or fed by dnssec-trigger. It is
 * switched to only where signatures come through, and back where it does not validate.
 */
export const resolver = defineResource({
  kind: 'resolver',
  want,
  key: ({ kind }) => kind,
  observe: observeResolver,
  diff: diffResolver,
  apply: (wanted, have, changes) => [
    {
      title: 'switch the resolver, and back if it does not validate',
      script: switchResolver(wanted, have, changes),
    },
  ],
});
