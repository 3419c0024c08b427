/// <reference types="node" preserve="true" />
/** What a playbook may import. */
export type { Finding } from './errors/index.ts';
export { didYouMean } from './errors/index.ts';
export {
  ACCOUNTS_RECORD,
  type AptFacts,
  type AptSource,
  aptFacts,
  autolockFacts,
  type ClockFacts,
  type ContainerFact,
  type ContainerFacts,
  clockFacts,
  commentedOut,
  containerFacts,
  DAEMON_JSON,
  type DockerFacts,
  dockerFacts,
  type EngineFact,
  engine,
  engineFacts,
  type FileIdentity,
  type FirewallFacts,
  firewallFacts,
  type GivenFileFacts,
  type GlusterFacts,
  type GlusterPeer,
  givenFileFacts,
  glusterFacts,
  type KeptPlace,
  type KeptVolume,
  type ListenerFact,
  listenerFacts,
  type MachineFacts,
  type MailDataFacts,
  type MountFact,
  machineFacts,
  mailDataFacts,
  mountFacts,
  type NeighbourFacts,
  type NetworkFacts,
  neighbourFacts,
  networkFacts,
  noGluster,
  noMailData,
  type OpenFileFact,
  openFileFacts,
  type PortFact,
  portFacts,
  type ResolverFacts,
  readPeers,
  resolverFacts,
  type ServiceFact,
  type SwarmFacts,
  type SwarmNode,
  swarmFacts,
  unitState,
} from './facts/index.ts';
export { type SecretForm, type SecretName, secretName } from './inventory/index.ts';
export { type MailCheck, mailCheck } from './outside/index.ts';
export {
  type Answer,
  type Cluster,
  type Command,
  type Denied,
  definePlaybook,
  type Enquiry,
  enquire,
  type Fact,
  type FactAbout,
  type Gate,
  type Gates,
  type Host,
  type HostIdentity,
  isReached,
  type LogRequest,
  type Looking,
  type Mistake,
  type OutsideAnswer,
  type OutsideCheck,
  type Playbook,
  type ReachedHost,
  type Removal,
  type Stage,
  type StatusTable,
} from './playbook/index.ts';
export {
  byName,
  type Change,
  compare,
  defineResource,
  type Fix,
  inParts,
  type Judgement,
  type Output,
  type Pending,
  type Probe,
  ProbeError,
  type Ref,
  Refusal,
  type Resolve,
  type Resource,
  type ResourceFactory,
  type ResourceType,
  type Restart,
  refusingRestart,
  type Settling,
  type Shown,
  type Step,
  secretChange,
  Unobservable,
} from './resource/index.ts';
export { aptReaches, aptReadsSources } from './resources/apt.ts';
export { archive } from './resources/archive/archive.ts';
export { block } from './resources/block.ts';
export { command } from './resources/command.ts';
export { dataDirectory } from './resources/data-directory.ts';
export { directory } from './resources/directory.ts';
export { dnfPackages } from './resources/dnf-packages.ts';
export { configVersion, dockerConfig } from './resources/docker/config.ts';
export { dockerDaemon } from './resources/docker/daemon.ts';
export { ingressNetwork } from './resources/docker/ingress.ts';
export { packetSize } from './resources/docker/mtu.ts';
export { dockerNetwork } from './resources/docker/network.ts';
export { dockerSecret, secretVersion } from './resources/docker/secret.ts';
export { dockerSuperseded } from './resources/docker/superseded.ts';
export { contentDigest } from './resources/docker/versioned.ts';
export { download } from './resources/download.ts';
export { dropIn, dropInPath } from './resources/drop-in.ts';
export { file } from './resources/file.ts';
export { firewalldOpenings } from './resources/firewall/firewalld.ts';
export { nftablesOpenings } from './resources/firewall/nftables.ts';
export { ufwOpenings } from './resources/firewall/ufw.ts';
export { glusterBlame } from './resources/gluster/blame.ts';
export { glusterBrick } from './resources/gluster/brick.ts';
export { glusterHeal } from './resources/gluster/heal.ts';
export { isHealEntry } from './resources/gluster/heal-entries.ts';
export { glusterIdentity } from './resources/gluster/identity.ts';
export { glusterNames } from './resources/gluster/names.ts';
export { glusterPeer } from './resources/gluster/peer.ts';
export { glusterVolume } from './resources/gluster/volume.ts';
export { group } from './resources/group.ts';
export { line } from './resources/line.ts';
export { cloudInit } from './resources/machine/cloud-init.ts';
export { hostsEntries } from './resources/machine/hosts-entries.ts';
export { reboot } from './resources/machine/reboot.ts';
export { kernelSetting, sysctl } from './resources/machine/sysctl.ts';
export { accountName, publicKey, user } from './resources/machine/user.ts';
export { mailuAccounts } from './resources/mailu/accounts.ts';
export { adminProbe, exportedList } from './resources/mailu/ask.ts';
export { asciiDomain, mailuDomain, readKeyName } from './resources/mailu/idn.ts';
export { masked } from './resources/masked.ts';
export { mount } from './resources/mount.ts';
export { nfsExport } from './resources/nfs-export.ts';
export { packages } from './resources/packages.ts';
export {
  absolutePath,
  compareAttributes,
  lookAt,
  mode,
  type PathState,
  principal,
  readPath,
} from './resources/path.ts';
export { remount } from './resources/remount.ts';
export { containerResolver } from './resources/resolver/container.ts';
export { resolver } from './resources/resolver/resolver.ts';
export { sameView } from './resources/same-view.ts';
export { service } from './resources/service.ts';
export { signingKey } from './resources/signing-key.ts';
export { stack } from './resources/stack/stack.ts';
export { type ActualServices as LiveStack, stackProbe } from './resources/stack/stack-probe.ts';
export { swarmCluster } from './resources/swarm/cluster.ts';
export { nodeLabel } from './resources/swarm/label.ts';
export { swarmMember } from './resources/swarm/member.ts';
export { OUR_LABELS, swarmNode } from './resources/swarm/node.ts';
export { timer } from './resources/timer.ts';
export { type FileToWrite, setAttributes, writeFile } from './resources/write-file.ts';
export {
  advertiseAddress,
  allManagersReachable,
  brickId,
  decideGluster,
  decideSwarm,
  entryOf,
  formMistake,
  freePool,
  type GlusterDecision,
  type GlusterHost,
  GOSSIP,
  type HeldBrick,
  inspectGluster,
  inspectMachines,
  inspectPorts,
  inspectStarts,
  inspectSwarm,
  ipv4Of,
  isBack,
  isConnected,
  isEmptied,
  isSilent,
  isWhole,
  lostBricks,
  MANAGEMENT,
  madeOn,
  memberOf,
  membershipOf,
  nested,
  overlaps,
  placeMistake,
  poolIdentity,
  recordedBricks,
  setOf,
  survivesWithout,
  systemMistake,
} from './rules/index.ts';
export {
  type Argument,
  BOOT_SECONDS,
  lines,
  looksSecret,
  type Program,
  quote,
  raw,
  type Script,
  Secret,
  sh,
  shared,
  together,
} from './shell/index.ts';
export { render, template } from './template/index.ts';
