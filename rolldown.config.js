import { defineConfig } from 'rolldown';

/** What nearly every command loads: as one file it is there in half the time. The rest is loaded where it is used. */
const TOGETHER =
  /^(?:commander|fast-(?:wrap-ansi|string-width|string-truncated-width)|fastest-levenshtein|p-limit|picocolors|yaml|yocto-queue|zod)(?:\/|$)/;

/** The command, and what playbooks import. Types come from the compiler. */
export default defineConfig({
  input: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts', 'cli/main': 'src/cli/main.ts' },
  platform: 'node',
  transform: { target: 'node20' },
  external: (id) => /^[a-z@]/.test(id) && !TOGETHER.test(id) && !id.startsWith('@oxc-project/runtime/'),
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    // As deep as the folders of src: some of them find the package's files from where they are.
    chunkFileNames: 'parts/[name]-[hash].js',
    cleanDir: false,
  },
});
