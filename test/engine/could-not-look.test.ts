import { expect, test } from 'vitest';
import { couldNotLook } from '../../src/engine/could-not-look.ts';
import { ProbeError } from '../../src/resource/index.ts';

const said = (stderr: string) => ({ code: 2, stdout: '', stderr: `${stderr}\n` });
const unseen = (id: string, stderr: string) => ({
  id,
  error: new ProbeError(`could not look at ${id.split(' ')[1]}`, said(stderr)),
});

test('one cause is told once, with its remedy and the names of what it hides', () => {
  const paths = ['mail', 'dkim', 'data', 'filter', 'certs', 'webmail', 'dav'];
  const errors = couldNotLook(
    paths.map((name) =>
      unseen(
        `directory /mailu/${name}`,
        `stat: cannot statx '/mailu/${name}': Transport endpoint is not connected`,
      ),
    ),
  );
  expect(errors.map(({ code, message, fix }) => ({ code, message, fix: fix.length }))).toEqual([
    {
      code: 'not-connected',
      message:
        "directory /mailu/mail: could not look at /mailu/mail: stat: cannot statx '/mailu/mail': Transport endpoint is not connected, for a network file system of the host has lost its servers. The same of directory /mailu/dkim, directory /mailu/data, directory /mailu/filter, directory /mailu/certs and 2 more",
      fix: 1,
    },
  ]);
});

test('a cause without a name is known by its words, whatever they are about', () => {
  const errors = couldNotLook([
    unseen('file /a/b', "cat: '/a/b': Structure needs cleaning"),
    unseen('file /c', 'grep: /c: Structure needs cleaning'),
    unseen('service x', 'Failed to connect to bus: 12 errors'),
    unseen('service y', 'Failed to connect to bus: 40 errors'),
  ]);
  expect(errors.map(({ message }) => message.replace(/:.*(\.)/, '$1'))).toEqual([
    'file /a/b. The same of file /c',
    'service x. The same of service y',
  ]);
});

test('unlike causes are told each', () => {
  const errors = couldNotLook([unseen('file /a', 'no such luck'), unseen('file /b', 'Input/output error')]);
  expect(errors.map(({ code }) => code)).toEqual(['could-not-look', 'io-error']);
});
