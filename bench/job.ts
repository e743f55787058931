/** The jobs of the load process, and their results. */

/** The kinds of traffic. Lists are used in order and, except for uploads, repeatedly. A token is sent in Authorization. */
export type Plan =
  | { readonly kind: 'get'; readonly paths: readonly string[]; readonly token?: string }
  | { readonly kind: 'post'; readonly path: string; readonly bodies: readonly string[]; readonly token?: string }
  /** Each path receives one body of `bytes` bytes. */
  | { readonly kind: 'put'; readonly paths: readonly string[]; readonly bytes: number }
  /** Two requests each: the answer of the POST contains the `url` for the PUT. Counted and timed as one. */
  | { readonly kind: 'upload'; readonly path: string; readonly bodies: readonly string[]; readonly bytes: number }

export interface Job {
  /** `http://host:port` of each server. The connections go to them in turn. */
  readonly urls: readonly string[]
  readonly connections: number
  /** The job ends after `seconds` or `requests`, whichever comes first. */
  readonly seconds: number
  readonly requests: number
  readonly plan: Plan
  /** Text that every answer to a GET or POST must contain, since refusals may have status 200. */
  readonly expect?: string
}

export interface Measured {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds from the first byte sent to the last byte received. Undefined without HTTP. */
  readonly p50?: number
  readonly p99?: number
  /** Share of one core used by the load process. Near 1, the load was measured instead of the server. */
  readonly loadCpu?: number
  /** CPU time of the servers in microseconds per request. Undefined if the system does not report it. */
  readonly serverCpuMicros?: number
}

/** Operations per second. */
export function rate({ requests, seconds }: Measured): number {
  return requests / seconds
}
