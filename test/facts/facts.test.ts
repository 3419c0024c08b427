import { describe, expect, test } from 'vitest';
import {
  clockFacts,
  containerFacts,
  dockerFacts,
  firewallFacts,
  listenerFacts,
  machineFacts,
  type NetworkFacts,
  networkFacts,
  portFacts,
  swarmFacts,
} from '../../src/facts/index.ts';
import { ProbeError } from '../../src/resource/index.ts';
import { inspected } from './docker-stand-in.ts';

const ok = (stdout: string, code = 0, stderr = '') => ({ code, stdout, stderr });

/** A node's own certificate, as swarmkit made it in the lab. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICNDCCAdugAwIBAgIUL8i9KjYdyy8F3W7XiCWWgibp/88wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAxMIc3dhcm0tY2EwHhcNMjYxMTIzMTY1NDAwWhcNMjcwMjIxMTc1
NDAwWjBgMSIwIAYDVQQKExlmdnFodHRpZnVjaTVmeWgxNHVsNzd6MG1yMRYwFAYD
VQQLEw1zd2FybS1tYW5hZ2VyMSIwIAYDVQQDExltcmZuM204MWk0NzZoa3lzbTZw
OHE3ajVtMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETSdfNZXL8MxrZ3x1dxLa
77T8kAPAtkJFjFk4d2yEn0Fs7WEnqcdjZD3nt2LZY0UuKItvl5RFmaSWjKEDA0wO
UqOBvzCBvDAOBgNVHQ8BAf8EBAMCBaAwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsG
AQUFBwMCMAwGA1UdEwEB/wQCMAAwHQYDVR0OBBYEFHmP2DdPYDjMCai0duP8FJAn
so+MMB8GA1UdIwQYMBaAFPGpULR8zSEuWQOJB00o0CkWNK/iMD0GA1UdEQQ2MDSC
DXN3YXJtLW1hbmFnZXKCGW1yZm4zbTgxaTQ3NmhreXNtNnA4cTdqNW2CCHN3YXJt
LWNhMAoGCCqGSM49BAMCA0cAMEQCIBFho2nMeqlLXN3ZaZsbKUWeECjbi5h4nTvN
fMbNjOPKAiB+u4lZ1FcX2zy85DI3RuSV9q8rLPGiF14VXrFUjxwWCA==
-----END CERTIFICATE-----`;
const MEMBERSHIP = {
  clusterId: 'fvqhttifuci5fyh14ul77z0mr',
  nodeId: 'mrfn3m81i476hkysm6p8q7j5m',
  role: 'manager' as const,
};

const INFO =
  '{"NodeID":"n1","NodeAddr":"192.0.2.11","LocalNodeState":"active","ControlAvailable":true,"Error":"","Cluster":{"ID":"c1","DefaultAddrPool":["10.77.0.0/16"],"SubnetSize":25,"DataPathPort":4790}}';
const NODE =
  '{"ID":"n1","Spec":{"Labels":{"zone":"a"},"Role":"manager","Availability":"active"},"Description":{"Hostname":"mail-1","Engine":{"EngineVersion":"26.1.5"}},"Status":{"State":"ready","Addr":"192.0.2.11"},"ManagerStatus":{"Leader":true,"Reachability":"reachable","Addr":"192.0.2.11:2377"}}';

describe('what a host says of its swarm', () => {
  test('a bare one', () => {
    expect(swarmFacts.parse(ok('==place absent /var/lib/docker\n==engine absent\n'))).toEqual({
      engine: 'absent',
      past: false,
      looks: [],
      root: '/var/lib/docker',
      elsewhere: [],
      membership: undefined,
      info: undefined,
      nodes: undefined,
      unknown: undefined,
    });
  });

  test('one whose Docker is stopped, or removed, still names its cluster', () => {
    for (const engine of ['stopped', 'absent'])
      expect(
        swarmFacts.parse(
          ok(
            `==certificate /var/lib/docker\n${CERTIFICATE}\n==place there /var/lib/docker\n==past\n==engine ${engine}\n`,
          ),
        ),
      ).toMatchObject({
        engine,
        membership: MEMBERSHIP,
        unknown: undefined,
      });
  });

  test('state below another directory than its own is told apart', () => {
    const elsewhere = `==told /var/lib/docker\n==certificate /srv/docker\n${CERTIFICATE}\n==engine running\n==info\n{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":""}\n`;
    expect(swarmFacts.parse(ok(elsewhere))).toMatchObject({
      root: '/var/lib/docker',
      membership: undefined,
      elsewhere: [{ root: '/srv/docker', ...MEMBERSHIP }],
      info: { state: 'inactive' },
    });
    const told = `==certificate /srv/docker\n${CERTIFICATE}\n==told /srv/docker\n==engine running\n==info\n${INFO}\n`;
    expect(swarmFacts.parse(ok(told))).toMatchObject({
      root: '/srv/docker',
      membership: MEMBERSHIP,
      elsewhere: [],
    });
  });

  test('a stopped engine whose data is not there has told nothing', () => {
    expect(
      swarmFacts.parse(
        ok(
          '==settings /etc/docker/daemon.json\n{"data-root":"/srv/docker"}\n==place absent /srv/docker\n==past\n==engine stopped\n',
        ),
      ),
    ).toMatchObject({
      unknown: expect.stringContaining('/srv/docker, which may not be there now. It is not there'),
    });
  });

  test('a manager', () => {
    const output = `==certificate /var/lib/docker\n${CERTIFICATE}\n==told /var/lib/docker\n==engine running\n==info\n${INFO}\n==nodes\n[${NODE}]\n==end\n`;
    expect(swarmFacts.parse(ok(output))).toMatchObject({
      engine: 'running',
      membership: MEMBERSHIP,
      info: {
        state: 'active',
        control: true,
        clusterId: 'c1',
        addressPools: ['10.77.0.0/16'],
        subnetSize: 25,
        dataPathPort: 4790,
      },
      nodes: [
        {
          id: 'n1',
          hostname: 'mail-1',
          role: 'manager',
          labels: { zone: 'a' },
          ready: true,
          manager: { leader: true, reachable: true },
        },
      ],
    });
  });

  test('a manager without a quorum has no list, and says so', () => {
    const facts = swarmFacts.parse(
      ok(`==told /var/lib/docker\n==engine running\n==info\n${INFO}\n==nodes\n`),
    );
    expect(facts).toMatchObject({ info: { control: true }, nodes: undefined, unknown: undefined });
  });

  test.each([
    ['Docker hangs', ok('==told /var/lib/docker\n', 1, 'terminated\n'), 'terminated'],
    [
      'the certificate cannot be read',
      ok('==told /var/lib/docker\n==certificate /var/lib/docker\n', 1, 'cat: Input/output error\n'),
      'cat: Input/output error',
    ],
    ['the answer is cut off', ok('==told /var/lib/docker\n'), 'exit code 0'],
    [
      'the answer is none that we know',
      ok('==told /var/lib/docker\n==engine running\n==info\n{}\n'),
      'docker answered in an unknown way',
    ],
    [
      'the certificate is none',
      ok('==told /var/lib/docker\n==certificate /var/lib/docker\nrubbish\n==engine stopped\n'),
      '/var/lib/docker/swarm is the state of a swarm, and its certificate',
    ],
  ])('%s: not known, which is not "is in none"', (_, output, reason) => {
    expect(swarmFacts.parse(output)).toMatchObject({
      unknown: expect.stringContaining(reason),
      membership: undefined,
    });
  });
});

describe('what a machine says of itself', () => {
  test('is read, without what Docker made', () => {
    const output = `clock 1795454321.680626000
hostname node-1
machine-id 5bef9340fe5e488b963961de330973bd
boot-id b6ffb286-4ad2-4d1b-b9a3-6ae3ce0bbbdb
architecture x86_64
kernel 6.12.0
uid 0
systemd yes
container yes
selinux 1
os-codename trixie
os-name "Debian GNU/Linux 13 (trixie)"
os-version "13"
os-id debian
free 79720820
address docker0 172.17.0.1/16
address eth0 172.31.77.11/24
route default via 172.31.77.1 dev eth0
route 172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown
route 172.31.77.0/24 dev eth0 proto kernel scope link src 172.31.77.11
`;
    expect(machineFacts.parse(ok(output))).toEqual({
      hostname: 'node-1',
      machineId: '5bef9340fe5e488b963961de330973bd',
      bootId: 'b6ffb286-4ad2-4d1b-b9a3-6ae3ce0bbbdb',
      os: {
        id: 'debian',
        version: '13',
        name: 'Debian GNU/Linux 13 (trixie)',
        codename: 'trixie',
        like: [],
      },
      container: true,
      selinux: 'enforcing',
      architecture: 'x86_64',
      kernel: '6.12.0',
      systemd: true,
      root: true,
      clock: 1795454321.680626,
      freeBytes: 79720820 * 1024,
      addresses: [{ device: 'eth0', cidr: '172.31.77.11/24' }],
      routes: ['172.31.77.0/24'],
    });
  });

  test("a bridge is Docker's by the whole of its name", () => {
    const theirs = ['br-mgmt', 'br-ex', 'br-lan', 'br-0123456789ab.10', 'docker-lan', 'dockerbr', 'br0'];
    const dockers = ['docker0', 'docker_gwbridge', 'br-0123456789ab', 'veth1a2b3c4', 'ov-001000-abcde'];
    const all = [...theirs, ...dockers];
    const output = all
      .flatMap((device, n) => [`address ${device} 10.0.${n}.1/24`, `route 10.0.${n}.0/24 dev ${device} x`])
      .join('\n');
    expect(machineFacts.parse(ok(output))).toMatchObject({
      addresses: theirs.map((device, n) => ({ device, cidr: `10.0.${n}.1/24` })),
      routes: theirs.map((_, n) => `10.0.${n}.0/24`),
    });
    const { mtu } = networkFacts.parse(
      ok(all.map((device) => `mtu ${device} 1500`).join('\n')),
    ) as NetworkFacts;
    expect(Object.keys(mtu)).toEqual(theirs);
  });

  test('a machine that cannot be asked is an error', () => {
    expect(() => machineFacts.parse(ok('', 127, 'sh: sed: not found\n'))).toThrow(ProbeError);
  });
});

test('ports are open, closed or silent; one without an answer is silent', () => {
  const targets = [1, 2, 3, 4].map((port) => ({ host: 'b', address: '192.0.2.2', port }));
  expect(portFacts(targets).parse(ok('2 124\n0 0\n1 1\n'))).toEqual([
    { ...targets[0], state: 'open' },
    { ...targets[1], state: 'closed' },
    { ...targets[2], state: 'silent' },
    { ...targets[3], state: 'silent' },
  ]);
  expect(portFacts(targets).parse(ok('no-bash\n'))).toBeNull();
});

test('packages that bring an engine', () => {
  expect(dockerFacts.parse(ok('docker.io installed\ndocker-ce config-files\n'))).toEqual({
    packages: ['docker.io'],
    unfinished: [],
    runtimes: [],
  });
  expect(dockerFacts.parse(ok('docker.io unpacked\ncontainerd half-configured\n'))).toEqual({
    packages: [],
    unfinished: ['docker.io'],
    runtimes: [],
  });
  expect(dockerFacts.parse(ok(''))).toEqual({ packages: [], unfinished: [], runtimes: [] });
  expect(() => dockerFacts.parse(ok('', 1))).toThrow(ProbeError);
});

test('which firewall runs, and whom it lets in by us', () => {
  expect(firewallFacts.parse(ok('none\n'))).toEqual({ kind: 'none', opened: [] });
  expect(firewallFacts.parse(ok('ufw\n192.0.2.12\n192.0.2.12\n192.0.2.13\n'))).toEqual({
    kind: 'ufw',
    opened: ['192.0.2.12', '192.0.2.13'],
  });
  expect(firewallFacts.parse(ok('firewalld\nsource address="192.0.2.12"\n'))).toMatchObject({
    opened: ['192.0.2.12'],
  });
  expect(() => firewallFacts.parse(ok(''))).toThrow(ProbeError);
});

test('what keeps a clock: what runs first, each once', () => {
  const unit = (id: string, load: string, file: string, active: string) =>
    `Id=${id}\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}\n`;
  const output = [
    unit('ntpsec.service', 'loaded', 'enabled', 'inactive'),
    unit('chrony.service', 'loaded', 'enabled', 'active'),
    unit('chrony.service', 'loaded', 'enabled', 'active'),
    unit('systemd-timesyncd.service', 'loaded', 'disabled', 'inactive'),
    unit('ntp.service', 'not-found', '', 'inactive'),
  ].join('\n');
  expect(clockFacts.parse(ok(output))).toEqual({
    keepers: [
      { unit: 'chrony.service', active: true, enabled: true },
      { unit: 'ntpsec.service', active: false, enabled: true },
      { unit: 'systemd-timesyncd.service', active: false, enabled: false },
    ],
  });
  expect(clockFacts.parse(ok(''))).toEqual({ keepers: [] });
});

describe('what runs on a machine', () => {
  test('services of the swarm, each once; that docker does not answer is no answer', () => {
    const services = ['mailu_front', 'mailu_admin', 'mailu_front', '-'];
    const rows = [...services.map((service) => ({ service })), { service: 'mailu_imap', running: false }];
    expect(containerFacts.parse(ok(inspected(rows)))).toEqual(['mailu_admin', 'mailu_front']);
    expect(containerFacts.parse(ok(''))).toEqual([]);
    expect(() => containerFacts.parse({ code: 66, stdout: '', stderr: 'no' })).toThrow('could not list');
  });

  test('programs that listen, with their units', () => {
    const output = `listen 0.0.0.0:22 ssh.service 1 sshd
listen 127.0.0.1:25 exim4.service 2 exim4
listen [::]:22 ssh.service 1 sshd
listen *:4190 - - 
`;
    expect(listenerFacts.parse(ok(output))).toEqual([
      { address: '0.0.0.0', port: 22, program: 'sshd', pid: 1, unit: 'ssh.service' },
      { address: '127.0.0.1', port: 25, program: 'exim4', pid: 2, unit: 'exim4.service' },
      { address: '[::]', port: 22, program: 'sshd', pid: 1, unit: 'ssh.service' },
      { address: '*', port: 4190, program: '', pid: undefined, unit: undefined },
    ]);
    expect(listenerFacts.parse(ok('unknown\n'))).toBeNull();
    expect(() => listenerFacts.parse({ code: 66, stdout: '', stderr: '' })).toThrow('could not list');
  });
});
