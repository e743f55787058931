import { CloudsteadError } from '@cloudstead/protocol'

/** How often the speed of a body is judged, in ms. */
const WINDOW_MS = 5000
/** Bytes per second below which a body is refused after two windows: a tenth of the slowest phone connection. */
const MIN_RATE = 4 * 1024
/** Bytes per second below which a body is refused when another one needs its room. */
const MIN_RATE_WHEN_FULL = 64 * 1024

/**
 * Limits the memory for large bodies that are read and handled at the same time. Only bytes that have arrived count, not
 * what a request announces, and they have to keep arriving.
 */
export interface BodyBudget {
  /**
   * Begins to count a body.
   *
   * @param known whether the caller is known before the body is read; strangers cannot use up the part for known callers
   * @param refuse called when the body arrives too slowly; its bytes no longer count then
   */
  open(known: boolean, refuse: (error: CloudsteadError) => void): BodyHold
}

/** The bytes of one body. */
export interface BodyHold {
  /** Counts more bytes. @throws CloudsteadError SERVER_BUSY when there is no room for them */
  take(bytes: number): void
  /** The body has arrived. Its bytes count until they are released. */
  complete(): void
  /** Calling it again has no effect. */
  release(): void
}

export interface BodyBudgetOptions {
  /** The sum of all large bodies at the same time. */
  readonly totalBytes: number
  /** The part of it that only known callers may use. */
  readonly knownBytes: number
  /** How often the speed of a body is judged, for tests. */
  readonly windowMs?: number
}

interface Body extends BodyHold {
  readonly known: boolean
  /** Bytes per second in the last whole window; undefined in the first one, and when the body has arrived. */
  rate: number | undefined
  readonly refuse: (error: CloudsteadError) => void
}

export function createBodyBudget({ totalBytes, knownBytes, windowMs = WINDOW_MS }: BodyBudgetOptions): BodyBudget {
  const bodies = new Set<Body>()
  let total = 0
  let ofStrangers = 0

  const fits = (known: boolean, bytes: number) =>
    total + bytes <= totalBytes && (known || ofStrangers + bytes <= totalBytes - knownBytes)

  /** Refuses the slowest body whose room a caller may have. Returns whether there was one. */
  function refuseSlowest(known: boolean): boolean {
    let slowest: Body | undefined
    for (const body of bodies) {
      if (body.rate === undefined || body.rate >= (slowest?.rate ?? MIN_RATE_WHEN_FULL)) continue
      if (known || !body.known) slowest = body
    }
    slowest?.refuse(tooSlow())
    return slowest !== undefined
  }

  return {
    open(known, refuse) {
      let held = 0
      let inWindow = 0
      const timer = setInterval(() => {
        const before = body.rate
        body.rate = (inWindow * 1000) / windowMs
        inWindow = 0
        if (before !== undefined && Math.max(before, body.rate) < MIN_RATE) body.refuse(tooSlow())
      }, windowMs).unref()
      const count = (bytes: number) => {
        held += bytes
        total += bytes
        if (!known) ofStrangers += bytes
      }
      const complete = () => {
        clearInterval(timer)
        body.rate = undefined
      }
      const body: Body = {
        known,
        rate: undefined,
        refuse(error) {
          body.release()
          refuse(error)
        },
        take(bytes) {
          inWindow += bytes
          while (!fits(known, bytes)) {
            if (!refuseSlowest(known)) {
              throw new CloudsteadError('SERVER_BUSY', {
                en: 'too many large requests at once; try again shortly',
                zh: '同时到达的大请求过多，请稍后重试',
              })
            }
          }
          count(bytes)
        },
        complete,
        release() {
          complete()
          bodies.delete(body)
          count(-held)
        },
      }
      bodies.add(body)
      return body
    },
  }
}

function tooSlow(): CloudsteadError {
  return new CloudsteadError('SERVER_BUSY', {
    en: 'the body of the request arrived too slowly; try again on a faster connection',
    zh: '请求体到达过慢，请换用更快的网络重试',
  })
}
