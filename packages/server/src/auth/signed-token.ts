import { createSigner, createVerifier } from 'fast-jwt'
import type { KeyRing, SecretKey } from '../secrets.ts'

/** Short-lived signed tokens of one purpose: JWTs, HS256, signed with the newest key of the purpose's ring. */
export interface SignedTokens {
  /** @param seconds how long the token lives */
  sign(claims: Readonly<Record<string, unknown>>, seconds: number): string
  /** What a token says, when the signature is ours; undefined when it is not. An expired token opens too and says so. */
  open(token: string): OpenedToken | undefined
}

export interface OpenedToken {
  readonly claims: Readonly<Record<string, unknown>>
  readonly expired: boolean
}

/** The one algorithm. What a token's header says is compared with it and never obeyed. */
const ALGORITHM = 'HS256'

/** Ours have some 400 characters; the platform allows 4096. */
const MAX_TOKEN_LENGTH = 4096

/** How many verified tokens are remembered, at some 0.5 KiB each; a token comes with every call for two hours. */
const CACHED_TOKENS = 2000

/**
 * @param deps.ring the keys of this purpose and of no other
 * @param deps.now milliseconds since the epoch
 */
export function createSignedTokens(deps: { readonly ring: KeyRing; readonly now: () => number }): SignedTokens {
  const { ring, now } = deps
  const sign = createSigner({
    algorithm: ALGORITHM,
    key: ring.current.secret,
    kid: ring.current.kid,
  })
  const verifiers = new Map(ring.all.map((key) => [key.kid, verifierOf(key)]))

  return {
    sign(claims, seconds) {
      const iat = Math.floor(now() / 1000)
      return sign({ ...claims, iat, exp: iat + seconds })
    },
    open(token) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined
      const claims = verifiers.get(kidOf(token) ?? '')?.(token)
      if (claims === undefined || typeof claims.exp !== 'number') return undefined
      return { claims, expired: now() >= claims.exp * 1000 }
    },
  }
}

/** Expiry is judged by our own clock outside, so that a remembered verification cannot outlive it. */
function verifierOf(key: SecretKey): (token: string) => Record<string, unknown> | undefined {
  const verify = createVerifier({
    algorithms: [ALGORITHM],
    key: key.secret,
    ignoreExpiration: true,
    cache: CACHED_TOKENS,
  })
  return (token) => {
    try {
      const claims: unknown = verify(token)
      return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
    } catch {
      return undefined
    }
  }
}

function kidOf(token: string): string | undefined {
  const cut = token.indexOf('.')
  if (cut < 0) return undefined
  try {
    const { kid } = JSON.parse(Buffer.from(token.slice(0, cut), 'base64url').toString('utf8'))
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}
