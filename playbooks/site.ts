import base from './base.ts';
import docker from './docker.ts';
import mailu from './mailu.ts';
import resolver from './resolver.ts';
import storage from './storage.ts';
import swarm from './swarm.ts';

/** Everything, in order. */
export default [base, docker, swarm, storage, resolver, mailu];
