/** A container that runs on this host, or will when its engine starts again. */
export interface ContainerFact {
  /** Whose container it is. */
  readonly engine: 'docker' | 'podman';
  /** Its name. */
  readonly name: string;
  /** The image that it runs. */
  readonly image: string;
  /** Whether it runs. */
  readonly running: boolean;
  /** Whether the engine starts it again when the engine is started. */
  readonly returns: boolean;
  /** The project of Docker Compose that it is of, by its label. */
  readonly project: string | undefined;
  /** The service of the swarm that it is a task of. */
  readonly service: string | undefined;
  /** TCP ports of the host. */
  readonly ports: readonly number[];
  /** What of the host it may write to. */
  readonly mounts: readonly WritableMount[];
  /** What it has from outside of itself, volumes included, by where its programs find it. */
  readonly keeps: readonly KeptVolume[];
  /** Whether its engine removes it, with its volumes that have no name, once it ends. */
  readonly fleeting: boolean;
}

/** A directory or file of the host that is given to a container to write. */
export interface WritableMount {
  /** The path, as it was given. */
  readonly source: string;
  /** The path without symbolic links, where that could be told. */
  readonly path: string;
  /** Whether it is on a file system that other hosts may have mounted as well. */
  readonly shared: boolean;
}

/** A service of the swarm, as a manager lists it. */
export interface ServiceFact {
  /** Its name. */
  readonly name: string;
  /** The image that its tasks run. */
  readonly image: string;
  /** The stack that it is of, by its label. */
  readonly stack: string | undefined;
  /** How many tasks it wants; `undefined`: one on each node. */
  readonly replicas: number | undefined;
  /** TCP ports that every node answers at. */
  readonly meshPorts: readonly number[];
  /** What of the nodes its tasks may write to. */
  readonly mounts: readonly WritableMount[];
  /** What it keeps in directories of hosts and in volumes of Docker's, by where its programs find it. */
  readonly keeps: readonly KeptPlace[];
  /** What it only reads, likewise. */
  readonly reads: readonly KeptPlace[];
}

/** What a service has at a place in its containers. */
export interface KeptPlace {
  /** Where programs in the container find it. */
  readonly target: string;
  /** The directory as it was given, or the name of the volume; empty where it has none. */
  readonly source: string;
  /** The directory without symbolic links; the name of the volume. */
  readonly path: string;
  /** Whether it is a volume of Docker's, and no directory. */
  readonly volume: boolean;
}

/** What a container has at a place: a directory of its host, wherever that one comes from. */
export interface KeptVolume extends KeptPlace {
  /** Whether it is a volume that Docker has made for this container alone, and removes with it. */
  readonly unnamed: boolean;
  /** Whether no file is in that volume, as far as was looked: only directories, or sockets. */
  readonly empty: boolean;
}

/** What else is on a host. */
export interface NeighbourFacts {
  /** Containers of Docker and of podman. */
  readonly containers: readonly ContainerFact[];
  /** Containers that have ended and do not come back by themselves: tasks of swarm, and what somebody has stopped. */
  readonly former: readonly ContainerFact[];
  /** All paths at which the host has each of the places that were asked for: through links and bind mounts as well. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Services of the swarm; empty where the host is no manager. */
  readonly services: readonly ServiceFact[];
}
