/** Names what a resource on some host puts out: a join token, an address. Only `apply` resolves it. */
export interface Ref<T = unknown> {
  readonly host: string;
  /** The `id` of the resource. */
  readonly resource: string;
  /** Picks the value out of the resource's output. Nothing: it does not put that out yet. */
  readonly pick: (output: unknown) => T | undefined;
}

export const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && 'pick' in value && 'resource' in value;

/** Gives the value that a `Ref` names, or throws where that resource has not put anything out. */
export type Resolve = <T>(ref: Ref<T>) => T;
