import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A proxy that makes a way long: what it takes in it hands on after half a round trip, in each direction, and a connection
 * takes a round trip to be made. Arguments: milliseconds, and the addresses; it prints for each an address of the loopback network and a port.
 */
const [rtt = 0, ...targets] = [Number(process.argv[2]), ...process.argv.slice(3)] as [number, ...string[]];

/** What comes from one side goes to the other, in order, half a round trip later. */
function pipe(from: Socket, to: Socket): void {
  const later = (work: () => void) => void (rtt === 0 ? work() : setTimeout(work, rtt / 2));
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
}

async function proxy(host: string, index: number): Promise<{ address: string; port: number }> {
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    setTimeout(() => {
      const far = connect({ host, port: 22, noDelay: true, allowHalfOpen: true });
      pipe(near, far);
      pipe(far, near);
      near.resume();
    }, rtt);
  });
  const address = `127.2.0.${index + 1}`;
  server.listen(0, address);
  await once(server, 'listening');
  return { address, port: (server.address() as AddressInfo).port };
}

console.log(JSON.stringify(await Promise.all(targets.map(proxy))));
