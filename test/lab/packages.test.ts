import { beforeAll, expect, test } from 'vitest';
import { bareNodes, changedLines, figure, findings, finished, inventory, json, refusals } from './harness.ts';
import { failures, follow, on } from './steps.ts';

/** A bare host whose packages somebody has looked after before. */
const NODE = 'node-1';
/** Nothing listens there. */
const DEAD = 'http://127.0.0.1:9/gone';
const LIST = '/etc/apt/sources.list.d/vendor.list';

let file = '';
beforeAll(async () => {
  await bareNodes(1);
  file = inventory(1);
});

test('a package that is held is refused in the plan, and the fix lets it be installed', async () => {
  await on(NODE, 'apt-get -qq update; apt-mark hold docker.io iptables');
  const ran = await json(file);
  expect({ code: ran.code, changed: changedLines(ran) }).toEqual({ code: 5, changed: [] });
  const [refused] = refusals(ran);
  figure('a held package', [refused?.message, refused?.fix]);
  expect(refused?.message).toMatch(
    /^docker\.io is on hold \(apt-mark hold\), so apt does not change it: it is not installed, and should be$/,
  );
  // What is there and is held may stay so.
  expect(refused?.message).not.toContain('iptables');
  await follow(refused?.fix[0]?.replace(/^.*?: /, ''));
  expect(await on(NODE, 'apt-mark showhold')).toBe('iptables');
});

test('a source that is gone, and has what is needed: its file is named, and nothing is installed', async () => {
  await on(
    NODE,
    `mkdir /root/sources; cp -a /etc/apt/sources.list* /root/sources; rm -f /etc/apt/sources.list.d/* /var/lib/apt/lists/*_*; : >/etc/apt/sources.list
     mkdir -p /srv/own; : >/srv/own/Packages; echo 'deb [trusted=yes] file:/srv/own ./' >/etc/apt/sources.list.d/own.list
     echo 'deb [trusted=yes] ${DEAD} stable main' >${LIST}`,
  );
  const ran = await json(file);
  await on(NODE, 'rm -r /etc/apt/sources.list*; cp -a /root/sources/* /etc/apt');
  const [failure] = failures(ran);
  figure('a source that is needed is gone', [
    failure?.message,
    failure?.fix,
    failure?.output?.stderr.split('\n').at(-2),
  ]);
  expect({ code: ran.code, failure: failure?.code }).toEqual({ code: 2, failure: 'package-source' });
  expect(failure?.output?.stderr).toContain(
    `sources of packages that cannot be used: ${DEAD} stable (${LIST}); without them there is no`,
  );
});

test('a source that is gone, and has nothing that is needed: a warning names its file, and the run goes on', async () => {
  await on(NODE, `echo 'deb [trusted=yes] ${DEAD} stable main' >${LIST}`);
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  const warned = findings(ran).filter(({ code }) => code === 'step-warning');
  figure(
    'a source that is not needed is gone',
    warned.map(({ message }) => message),
  );
  expect(warned.length).toBeGreaterThan(0);
  expect(warned[0]?.message).toContain(`${DEAD} stable (${LIST}); what is needed comes from others`);
  expect(finished(await json(file))?.changes).toBe(0);
});
