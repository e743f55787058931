/** What the load process is told and what it reports. */

/** The kinds of traffic. Lists are gone through in order and, except for uploads, over and over. */
export type Plan =
  | { readonly kind: 'get'; readonly paths: readonly string[] }
  | { readonly kind: 'post'; readonly path: string; readonly bodies: readonly string[] }
  /** Each path takes one body of so many bytes. */
  | { readonly kind: 'put'; readonly paths: readonly string[]; readonly bytes: number }
  /** Two legs each: the POST's answer holds the `url` to PUT to. Counted and timed as one. */
  | { readonly kind: 'upload'; readonly path: string; readonly bodies: readonly string[]; readonly bytes: number }

export interface Job {
  /** `http://host:port` of the server. */
  readonly url: string
  readonly connections: number
  /** The job ends after so many seconds or so many requests, whichever comes first. */
  readonly seconds: number
  readonly requests: number
  readonly plan: Plan
  /** Text that every answer to a POST must contain; many servers say 200 also when they refuse. */
  readonly expect?: string
}

export interface Measured {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds from the first byte sent to the last byte received. Absent where there is no request. */
  readonly p50?: number
  readonly p99?: number
  /** Share of one core that the load itself took: near 1 means that the load was measured, not the server. */
  readonly loadCpu?: number
  /** Processor time that the server took, in microseconds per request. Absent where the system does not tell. */
  readonly serverCpuMicros?: number
}

/** Operations per second. */
export function rate({ requests, seconds }: Measured): number {
  return requests / seconds
}
