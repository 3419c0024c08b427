import { type Probe, ProbeError } from '../resource/index.ts';
import { sh } from '../shell/index.ts';
import { dockerThere } from './ask-docker.ts';
import { steady } from './steady.ts';

export interface NetworkFacts {
  /** Bytes of a packet, of each device that Docker did not make, by name. */
  readonly mtu: Readonly<Record<string, number>>;
  /** Subnets of Docker's networks, by name; empty where Docker does not run, or has no command to ask it by. */
  readonly docker: Readonly<Record<string, readonly string[]>>;
}

/** What the address ranges and packet sizes of overlay networks have to fit. */
export const networkFacts: Probe<NetworkFacts> = {
  script: sh`
    command -v ip >/dev/null || exit 0
    for device in /sys/class/net/*; do
      name=\${device##*/}
      case $name in lo|docker*|veth*|br-*|vx-*|ov-*) continue ;; esac
      [ ! -r "$device/mtu" ] || echo "mtu $name $(cat "$device/mtu")"
    done
    ${dockerThere} || exit 0
    ${steady(sh`
      ids=$(timeout 30 docker network ls --quiet --no-trunc) &&
        timeout 30 docker network inspect --format 'network {{.Name}}{{range .IPAM.Config}} {{.Subnet}}{{end}}' $ids`)}`,

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not look at the networks of the host', output);
    const rows = output.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
    const of = (kind: string) => rows.filter(([key]) => key === kind);
    return {
      mtu: Object.fromEntries(of('mtu').map(([, name = '', bytes]) => [name, Number(bytes)])),
      docker: Object.fromEntries(of('network').map(([, name = '', ...subnets]) => [name, subnets])),
    };
  },
};
