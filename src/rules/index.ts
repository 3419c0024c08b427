export { advertiseAddress, freePool, ipv4Of, overlaps } from './address.ts';
export { inspectStarts } from './against-start.ts';
export { isEmptied, isSilent, isWhole } from './brick-state.ts';
export { decideGluster, type GlusterDecision } from './decide-gluster.ts';
export { decideSwarm, type SwarmDecision } from './decide-swarm.ts';
export {
  brickId,
  type GlusterHost,
  type HeldBrick,
  heldBricks,
  madeOn,
  memberOf,
  pathOf,
  poolIdentity,
  recordedBricks,
  setOf,
} from './gluster-pool.ts';
export { inspectGluster, lostBricks } from './inspect-gluster.ts';
export { inspectSwarm } from './inspect-swarm.ts';
export { inspectMachines, type MachineLimits } from './machine.ts';
export { formMistake, nested, placeMistake, systemMistake } from './paths.ts';
export { GOSSIP, inspectPorts, MANAGEMENT } from './ports.ts';
export { allManagersReachable, isBack, survivesWithout } from './quorum.ts';
export { isConnected } from './silent-bricks.ts';
export { entryOf, membershipOf, type SwarmHost } from './swarm-host.ts';
