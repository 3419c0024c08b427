import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellMeant } from '../../src/engine/command-hint.ts';
import { CommandFailed } from '../../src/engine/run-command.ts';

test.each<[readonly string[], number, string]>([
  [['ls /tmp | wc -l'], 127, 'ls /tmp | wc -l'],
  [['ls /tmp', '-l'], 127, 'ls /tmp -l'],
  [['cd', '/tmp'], 127, 'cd /tmp'],
  [['export', 'A=it is'], 127, "export 'A=it is'"],
  [['if', 'true'], 127, 'if true'],
  [['.', '/etc/os-release'], 127, '. /etc/os-release'],
  [['FOO=bar', 'env'], 127, 'FOO=bar env'],
  [['FOO=b r', 'BAR=', 'env', 'x=1'], 127, "FOO='b r' BAR='' env 'x=1'"],
  [['ls', '|', 'wc', '-l'], 2, 'ls | wc -l'],
  [['cat', '<', "/etc/it's"], 1, "cat < '/etc/it'\\''s'"],
  [['false', '&&', 'reboot'], 1, 'false && reboot'],
  [['ls', '/nope', '2>', '/dev/null'], 2, 'ls /nope 2> /dev/null'],
  [['ls', '/nope', '2>&1', '|', 'cat'], 2, 'ls /nope 2>&1 | cat'],
  [['rm', '/var/log/*.gz'], 1, 'rm /var/log/*.gz'],
  [['ls', '*'], 2, 'ls *'],
  [['ls', '~'], 2, 'ls ~'],
  [['ls', '$HOME'], 2, 'ls $HOME'],
  [['kill', '$(cat /run/x.pid)'], 1, 'kill $(cat /run/x.pid)'],
])('%j with exit code %i was meant for a shell', (words, code, line) => {
  expect(shellMeant(words, code)).toBe(line);
  expect(new CommandFailed(words, code).fix).toEqual([
    expect.stringMatching(/^no shell is between.* -- sh -c '/),
  ]);
});

test.each<[readonly string[], number]>([
  [['no-such-program'], 127],
  [['false'], 1],
  [['/etc/passwd'], 126],
  [['time', 'false'], 1],
  [['grep', 'a.*b', '/etc/passwd'], 1],
  [['find', '/', '-path', '/etc/*.conf'], 1],
  [['awk', '{ print $NF }', '/nope'], 2],
  [['sh', '-c', 'ls /nope | wc -l; cd /nope'], 2],
  [['sudo', '-u', 'x', '/bin/bash', '-ec', 'false && $X'], 1],
  [['systemctl', 'status', 'x@y.service'], 3],
  [['curl', 'https://example.org/?a=b&c=d'], 6],
  [['test', 'a', '=', 'b'], 1],
  [['env', 'A=b', 'false'], 1],
])('%j with exit code %i is what it is', (words, code) => {
  expect(shellMeant(words, code)).toBeUndefined();
  expect(new CommandFailed(words, code).fix).toEqual([]);
});

test('what is to be pasted does what was meant', () => {
  const [fix = ''] = new CommandFailed(['A=it is', 'printenv', 'A', '|', 'tr', 's', "'"], 127).fix;
  const [, pasted = ''] = /-- (sh -c .*)$/.exec(fix) ?? [];
  expect(spawnSync('sh', ['-c', pasted]).stdout.toString()).toBe("it i'\n");
});
