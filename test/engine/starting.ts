import { z } from 'zod';
import { defineResource } from '../../src/resource/index.ts';
import { sh } from '../../src/shell/index.ts';

/** Something that goes on by itself for a second after it was started, and is then up or has failed. */
export const starting = defineResource({
  kind: 'starting',
  want: z.strictObject({ end: z.enum(['up', 'failed', 'starting']), patience: z.number() }),
  key: () => 'it',
  observe: () => ({ script: sh`cat /host/state 2>/dev/null || true`, parse: ({ stdout }) => stdout.trim() }),
  diff: (_want, state) => (state === 'up' ? [] : [{ field: 'state', from: state || null, to: 'up' }]),
  apply: ({ end }) => [
    {
      title: 'start it',
      script: sh`
        mkdir -p /host/ && echo starting >/host/state
        (sleep 1; echo ${end} >/host/state) >/dev/null 2>&1 &`,
    },
  ],
  settling: ({ patience }, state) => {
    if (state === 'failed')
      return { progress: [], patience, failed: 'it crashed', details: ['out of memory'] };
    return state === 'starting' ? { progress: ['it is starting'], patience } : undefined;
  },
});
