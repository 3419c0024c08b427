import { ask, askingNames, EMBEDDED, readAnswer } from '../dns/index.ts';
import { type Probe, ProbeError } from '../resource/index.ts';
import { raw, sh } from '../shell/index.ts';
import { insideContainer, runningEngine } from './inside-container.ts';
import { unitRuns } from './systemd-units.ts';

export interface ResolverFacts {
  /** Whether NetworkManager runs, and so knows the name servers of this host's network. */
  readonly networkManager: boolean;
  /** Whether dnssec-trigger is installed. */
  readonly triggerInstalled: boolean;
  /** Installed packages that dnssec-trigger's cannot stand beside: installing it would remove them. */
  readonly conflicts: readonly string[];
  /** The name servers of resolv.conf. */
  readonly servers: readonly string[];
  /** What dnssec-trigger says of its state: `cache secure`, `auth secure`, `insecure`…; absent where it is not there. */
  readonly state: string | undefined;
  /** Whether the first name server validates; undefined where it does not answer. */
  readonly validates: boolean | undefined;
  /** Whether a container on an overlay network gets validated answers; undefined where none runs, or none answers. */
  readonly validatesInContainers: boolean | undefined;
  /** The version of Docker's engine, where it runs. */
  readonly engine: string | undefined;
}

/** The name that Mailu itself asks for, and waits until its answer is validated. */
const ASKED = 'example.org';

/** How a host resolves names, and whether the answers are validated. */
export const resolverFacts: Probe<ResolverFacts> = {
  script: askingNames(sh`
    ! ${unitRuns('NetworkManager.service')} || echo 'network-manager yes'
    ! command -v dpkg-query >/dev/null ||
      dpkg-query -W -f='conflict \${Package} \${db:Status-Status}\n' systemd-resolved resolvconf openresolv 2>/dev/null |
      sed -n 's/ installed$//p'
    servers=$(sed -n 's/^nameserver[[:space:]]*//p' /etc/resolv.conf 2>/dev/null)
    for server in $servers; do echo "server $server"; done
    for server in $servers; do echo "answer $(${ask(raw('"$server"'), ASKED, 'A')})"; break; done
    if command -v dnssec-trigger-control >/dev/null; then
      echo 'trigger installed'
      timeout 5 dnssec-trigger-control status 2>&1 | sed -n 's/^state: /state /p; s/^error/state error/p'
    fi
    ${runningEngine} || exit 0
    echo "engine $engine"
    if ${insideContainer()}; then echo "container $(${ask(EMBEDDED, ASKED, 'A')})"; fi
    exit 0`),

  parse(output) {
    if (output.code !== 0) throw new ProbeError('could not look how names are resolved', output);
    const rows = output.stdout.split('\n').map((line): [string, string] => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1).trim()];
    });
    const all = (name: string) => rows.filter(([key]) => key === name).map(([, value]) => value);
    return {
      networkManager: all('network-manager').length > 0,
      triggerInstalled: all('trigger').length > 0,
      conflicts: all('conflict'),
      servers: all('server'),
      state: all('state')[0],
      validates: readAnswer(all('answer')[0] ?? '')?.authentic,
      validatesInContainers: readAnswer(all('container')[0] ?? '')?.authentic,
      engine: all('engine')[0],
    };
  },
};
