import { localTransport } from '../../src/transport/local.ts';
import { withSudo } from '../../src/transport/sudo.ts';
import { transportContract } from './contract.ts';

transportContract({ name: 'local', make: async () => localTransport('here') });
transportContract({
  name: 'local, as root already, with sudo',
  givesStdin: false,
  make: async () => withSudo(localTransport('here'), undefined),
});
