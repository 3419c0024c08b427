import { formMistake, placeMistake } from 'provision-swarm';
import { z } from 'zod';

/** A directory, by a path that leads there without detours. The pattern is for editors; the words come from the rule. */
export const plainPath = z
  .string()
  .regex(/^\/$|^(\/[\w.-]+)+$/, {
    error: ({ input }) => formMistake(String(input)) ?? 'expected an absolute path',
    abort: true,
  })
  .superRefine((path, context) => {
    const message = formMistake(path);
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: [] });
  });

/** A directory of a host that is to hold data of ours. */
export const dataPath = plainPath.superRefine((path, context) => {
  if (formMistake(path) !== undefined) return;
  const message = placeMistake(path);
  if (message !== undefined) context.addIssue({ code: 'custom', message, path: [] });
});
