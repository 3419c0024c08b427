import { z } from 'zod';
import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { dockerOrNothing } from './ask-docker.ts';
import { madeByDocker } from './docker-devices.ts';
import { engine, networkSchema, readEngine } from './engine-api.ts';

export interface NetworkFacts {
  /** Bytes of a packet, of each device that Docker did not make, by name. */
  readonly mtu: Readonly<Record<string, number>>;
  /** Subnets of Docker's networks, by name; empty where Docker does not run. */
  readonly docker: Readonly<Record<string, readonly string[]>>;
}

/** What the address ranges and packet sizes of overlay networks have to fit. */
export const networkFacts: Probe<NetworkFacts> = {
  script: sh`
    command -v ip >/dev/null || exit 0
    for device in /sys/class/net/*; do
      name=\${device##*/}
      case $name in lo|veth*) continue ;; esac
      { read -r mtu <"$device/mtu"; } 2>/dev/null && echo "mtu $name $mtu"
    done
    ${dockerOrNothing}
    networks=$(${engine('/networks')}) || exit
    printf 'networks %s\n' "$networks"`,

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not look at the networks of the host', output);
    const networks = /^networks (.*)$/m.exec(output.stdout)?.[1] ?? '[]';
    return {
      mtu: Object.fromEntries(
        [...output.stdout.matchAll(/^mtu (\S+) (\d+)$/gm)]
          .filter(([, name = '']) => !madeByDocker(name))
          .map(([, name = '', bytes]) => [name, Number(bytes)]),
      ),
      docker: Object.fromEntries(
        readEngine('the networks', z.array(networkSchema), networks).map(({ Name, IPAM }) => [
          Name,
          (IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
        ]),
      ),
    };
  },
};
