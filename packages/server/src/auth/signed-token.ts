import { createSigner, createVerifier } from 'fast-jwt'
import type { KeyRing, SecretKey } from '../secrets.ts'

/** Short-lived signed tokens for one purpose: JWTs (HS256), signed with the newest key of the ring. */
export interface SignedTokens {
  /** @param seconds lifetime of the token */
  sign(claims: Readonly<Record<string, unknown>>, seconds: number): string
  /** The claims of a token, also of an expired one; undefined when the signature is not ours. */
  open(token: string): OpenedToken | undefined
}

interface OpenedToken {
  readonly claims: Readonly<Record<string, unknown>>
  readonly expired: boolean
}

type VerifiedClaims = Readonly<Record<string, unknown>> & { readonly exp: number }

/** The only algorithm. A token whose header names another one is refused. */
const ALGORITHM = 'HS256'

/** Our tokens have about 400 characters; the platform allows 4096. */
const MAX_TOKEN_LENGTH = 4096

/** Verified tokens in the cache, about 0.5 KiB each; a client sends the same token with every call for two hours. */
const CACHED_TOKENS = 2000

export interface SignedTokensOptions {
  /** The keys of this purpose, used for nothing else. */
  readonly ring: KeyRing
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createSignedTokens({ ring, now }: SignedTokensOptions): SignedTokens {
  const sign = createSigner({
    algorithm: ALGORITHM,
    key: ring.current.secret.export(),
    kid: ring.current.kid,
  })
  const verifiers = new Map(ring.all.map((key) => [key.kid, verifierOf(key)]))
  /** Claims of verified tokens, oldest first. The expiry is checked each time. */
  const verified = new Map<string, VerifiedClaims>()

  function verify(token: string): VerifiedClaims | undefined {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const claims = verifiers.get(kidOf(token) ?? '')?.(token)
    if (claims === undefined || typeof claims.exp !== 'number') return undefined
    if (verified.size >= CACHED_TOKENS) verified.delete(verified.keys().next().value ?? '')
    const checked = { ...claims, exp: claims.exp }
    verified.set(token, checked)
    return checked
  }

  return {
    sign(claims, seconds) {
      const iat = Math.floor(now() / 1000)
      return sign({ ...claims, iat, exp: iat + seconds })
    },
    open(token) {
      const claims = verified.get(token) ?? verify(token)
      return claims === undefined ? undefined : { claims, expired: now() >= claims.exp * 1000 }
    },
  }
}

function verifierOf(key: SecretKey): (token: string) => Record<string, unknown> | undefined {
  const verify = createVerifier({
    algorithms: [ALGORITHM],
    key: key.secret.export(),
    ignoreExpiration: true,
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
