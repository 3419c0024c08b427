import { connect } from 'node:net';
import type { Dial } from './attempt.ts';

const CONNECT = 10_000;

/** Connects from this machine, over the network, as any client would. */
export const dialTo =
  (address: string): Dial =>
  (port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port });
      const timer = setTimeout(
        () => socket.destroy(new Error(`no connection within ${CONNECT / 1000} s`)),
        CONNECT,
      );
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(socket);
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
