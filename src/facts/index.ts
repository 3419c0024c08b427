export type { AdminContainer, AdminService } from './admin-service.ts';
export { type AptFacts, type AptSource, aptFacts, commentedOut } from './apt-sources.ts';
export {
  askDocker,
  dockerInfo,
  dockerThere,
  isManager,
  NOT_INSTALLED,
  NOT_RUNNING,
  readDockerInfo,
} from './ask-docker.ts';
export {
  askGluster,
  gluster,
  glusterAnswer,
  glusterPeers,
  glusterVolumeInfo,
  glusterVolumes,
} from './ask-gluster.ts';
export { autolockFacts } from './autolock.ts';
export { AWAY } from './away.ts';
export {
  type BarePoint,
  bare,
  failIfHidden,
  hiddenText,
  lookBelow,
  readBarePoint,
} from './bare-point.ts';
export { type BrickFacts, COPYING_BRICKS, type RecordedBrick, SEARCH, UNREAD } from './bricks.ts';
export { type ClockFacts, clockFacts } from './clock.ts';
export { type ContainerFacts, containerFacts } from './containers.ts';
export { type DockerFacts, dockerFacts } from './docker.ts';
export { dockerContainers } from './docker-containers.ts';
export { ROOTS } from './docker-roots.ts';
export { DAEMON_JSON, type Flag, readUnit, type StartLine, showUnit } from './docker-start.ts';
export { ENGINE_PATIENCE, engine, NO_MANAGER, networkSchema, readEngine } from './engine-api.ts';
export { type EngineFact, engineFacts } from './engines.ts';
export { type FirewallFacts, firewallFacts } from './firewall.ts';
export { type GivenFile, type GivenFileFacts, givenFileFacts } from './given-files.ts';
export {
  type GlusterFacts,
  type GlusterPeer,
  type GlusterVolume,
  glusterFacts,
  noGluster,
  readPeers,
  readVolumes,
} from './gluster.ts';
export { insideContainer, runningEngine } from './inside-container.ts';
export { type ListenerFact, listenerFacts } from './listeners.ts';
export { type Address, type MachineFacts, machineFacts } from './machine.ts';
export {
  ACCOUNTS_RECORD,
  type DatabaseFile,
  type FileIdentity,
  type MailDataFacts,
  type MailPlaces,
  mailDataFacts,
  noMailData,
} from './mail-data.ts';
export { MOUNT_MARK, type MountFact, mountFacts } from './mounts.ts';
export type {
  ContainerFact,
  KeptPlace,
  KeptVolume,
  NeighbourFacts,
  ServiceFact,
  WritableMount,
} from './neighbour.ts';
export { neighbourFacts } from './neighbours.ts';
export { type NetworkFacts, networkFacts } from './networks.ts';
export { type OpenFileFact, openFileFacts } from './open-files.ts';
export { type PortFact, type PortState, type PortTarget, portFacts } from './ports.ts';
export { type ResolverFacts, resolverFacts } from './resolver.ts';
export { steady } from './steady.ts';
export { type SwarmFacts, swarmFacts } from './swarm.ts';
export { readSwarmInfo, type SwarmInfo } from './swarm-info.ts';
export type { Membership, StoredMembership } from './swarm-membership.ts';
export { dockerNodes, readSwarmNodes, type SwarmNode } from './swarm-node.ts';
export { unitProperty, unitRuns, unitState } from './systemd-units.ts';
