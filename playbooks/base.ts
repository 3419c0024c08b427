import { definePlaybook, inspectMachines, isReached, machineFacts } from 'provision';
import { z } from 'zod';

/** Checks of the machines before anything is changed. */
export default definePlaybook({
  name: 'base',

  cluster: z.strictObject({
    maxClockSkew: z
      .number()
      .positive()
      .default(30)
      .describe('seconds that a clock may be off the other hosts'),
    minFreeDisk: z.number().min(0).default(2).describe('GiB that must be free under /var/lib'),
  }),

  facts: { machine: { probe: () => machineFacts } },

  inspect: ({ hosts, settings }) =>
    inspectMachines(hosts, {
      clockSkew: settings.maxClockSkew,
      freeBytes: settings.minFreeDisk * 2 ** 30,
    }),

  stages: [],

  status: ({ hosts }) => [
    {
      title: 'Machines',
      columns: ['HOST', 'ADDRESS', 'HOST NAME', 'SYSTEM', 'FREE'],
      rows: hosts.map((host) => {
        if (!isReached(host)) return [host.name, host.address, 'not reached', '', ''];
        const { hostname, os, freeBytes } = host.facts.machine;
        return [host.name, host.address, hostname, os.name, `${(freeBytes / 2 ** 30).toFixed(0)} GiB`];
      }),
    },
  ],
});
