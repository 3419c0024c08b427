import { on } from './steps.ts';

const FOLDER = '/usr/local/sbin';
const STARTED = '/run/programs-of-a-test';

/** How often each program was started, by node. */
export type Started = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Counts how often scripts start a program while something is done. It stands behind another of its name meanwhile, that comes before it
 * in the PATH of a run (`engine/frame.ts`). What calls it by its path is not counted.
 */
export async function countingPrograms<T>(
  nodes: readonly string[],
  programs: readonly string[],
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly started: Started }> {
  const names = programs.join(' ');
  for (const node of nodes)
    await on(
      node,
      `rm -f ${STARTED}; mkdir -p ${FOLDER}; for name in ${names}; do
        own=$(command -v "$name") || exit 1
        printf '#!/bin/sh\\necho %s >>${STARTED}\\nexec %s "$@"\\n' "$name" "$own" >${FOLDER}/"$name" && chmod 755 ${FOLDER}/"$name" || exit 1
      done`,
    );
  try {
    const result = await act();
    const started: Record<string, Record<string, number>> = {};
    for (const node of nodes) {
      const lines = (await on(node, `cat ${STARTED} 2>/dev/null || :`)).split('\n');
      started[node] = Object.fromEntries(
        programs.map((name) => [name, lines.filter((line) => line === name).length]),
      );
    }
    return { result, started };
  } finally {
    for (const node of nodes) await on(node, `cd ${FOLDER} && rm -f ${names}`);
  }
}
