import { beforeAll, expect, test } from 'vitest';
import { bareNodes, changedLines, figure, finished, inventory, json, NODES, nodeList } from './harness.ts';
import { nodeOf } from './node.ts';
import { failures, on } from './steps.ts';

const PROXY = 'node-4';
const PORT = 8888;

beforeAll(async () => {
  await bareNodes(4);
  await on(
    PROXY,
    `apt-get -qq update; apt-get -qq -y --no-install-recommends install tinyproxy >/dev/null
     sed -i -e 's/^Port .*/Port ${PORT}/' -e '/^Allow/d' -e 's/^#*LogLevel .*/LogLevel Connect/' /etc/tinyproxy/tinyproxy.conf
     systemctl restart tinyproxy`,
  );
});

test('behind a proxy: packages and images go through it, the managers reach each other without it', async () => {
  const http = `http://${nodeOf(4).address}:${PORT}`;
  const behind = (proxy: object) =>
    inventory(3, (tree) => {
      tree.base = { proxy };
    });
  const file = behind({ http, except: ['registry.example.net'] });
  const ran = await json(file);
  expect({ code: ran.code, failures: failures(ran) }).toEqual({ code: 0, failures: [] });
  for (const line of await nodeList('node-1')) expect(line).toMatch(/ Ready Active (Leader|Reachable)$/);
  expect(finished(await json(file))?.changes).toBe(0);

  const seen = await on(
    PROXY,
    'journalctl -q --no-pager -u tinyproxy; cat /var/log/tinyproxy/tinyproxy.log 2>/dev/null; true',
  );
  const clients = NODES.filter((_, index) => seen.includes(nodeOf(index + 1).address));
  figure('nodes that the proxy saw', clients);
  expect(clients).toEqual(NODES);
  for (const node of NODES) {
    const format = '{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}';
    const [used, secure, none = ''] = (await on(node, `docker info --format '${format}'`)).split(' ');
    expect([used, secure]).toEqual([http, http]);
    const exceptions = NODES.map((_, index) => nodeOf(index + 1).address);
    expect(none.split(',')).toEqual(expect.arrayContaining([...exceptions, 'registry.example.net']));
  }

  const without = await json(behind({}));
  expect({ code: without.code, failures: failures(without) }).toEqual({ code: 0, failures: [] });
  expect(changedLines(without).filter((line) => line.startsWith('node-2'))).toEqual([
    'node-2: drop-in docker.service/provision-proxy: content',
    'node-2: file /etc/apt/apt.conf.d/80provision-proxy: content',
    'node-2: service docker.service: running',
  ]);
  expect(await on('node-2', "docker info --format '{{.HTTPProxy}}'")).toBe('');
});
