import { createSigner, createVerifier } from 'fast-jwt'
import type { KeyRing, SecretKey } from '../secrets.ts'

/** Short-lived signed tokens of one purpose: JWTs, HS256, signed with the newest key of the purpose's ring. */
export interface SignedTokens {
  /** @param seconds how long the token lives */
  sign(claims: Readonly<Record<string, unknown>>, seconds: number): string
  /** What a token says, when the signature is ours; undefined when it is not. An expired token opens too and says so. */
  open(token: string): OpenedToken | undefined
}

interface OpenedToken {
  readonly claims: Readonly<Record<string, unknown>>
  readonly expired: boolean
}

type VerifiedClaims = Readonly<Record<string, unknown>> & { readonly exp: number }

/** The one algorithm. What a token's header says is compared with it and never obeyed. */
const ALGORITHM = 'HS256'

/** Ours have some 400 characters; the platform allows 4096. */
const MAX_TOKEN_LENGTH = 4096

/** How many verified tokens are remembered, at some 0.5 KiB each; a token comes with every call for two hours. */
const CACHED_TOKENS = 2000

export interface SignedTokensOptions {
  /** The keys of this purpose and of no other. */
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
  /** Claims of tokens whose signature was checked, oldest first. Expiry is judged each time. */
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
