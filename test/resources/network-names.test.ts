import { expect, test } from 'vitest';
import { dockerNetwork } from '../../src/resources/docker/network.ts';

const NETWORK = { Name: 'mail', Attachable: false, Ingress: false, Options: null };
const OF_THE_SWARM = {
  ...NETWORK,
  Id: 's1',
  Scope: 'swarm',
  Driver: 'overlay',
  IPAM: { Config: [{ Subnet: '10.202.0.0/24' }] },
};
const OF_THE_HOST = { ...NETWORK, Id: 'l1', Scope: 'local', Driver: 'bridge', IPAM: { Config: null } };

test.each([[[OF_THE_HOST, OF_THE_SWARM]], [[OF_THE_SWARM, OF_THE_HOST]]])(
  "the swarm's network is found beside one of the host's own of that name",
  (listed) => {
    const resource = dockerNetwork({ name: 'mail', subnet: '10.202.0.0/24' });
    const output = { code: 0, stdout: `${JSON.stringify(listed)}\n`, stderr: '' };
    expect(resource.judge(output, { paths: new Set() })).toMatchObject({ state: 'observed', changes: [] });
  },
);
