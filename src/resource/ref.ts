/** Names what a resource on some host puts out: a join token, an address. Only `apply` resolves it. */
export interface Ref<T> {
  readonly host: string;
  /** The `id` of the resource. */
  readonly resource: string;
  /** Picks the value out of the resource's output. */
  readonly pick: (output: unknown) => T;
}

/** Gives the value that a `Ref` names, or throws where that resource has not put anything out. */
export type Resolve = <T>(ref: Ref<T>) => T;
