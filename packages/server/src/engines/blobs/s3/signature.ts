/** Signatures of S3 requests: AWS Signature Version 4. */
import { createHash, createHmac } from 'node:crypto'

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
}

/** The SHA-256 of no bytes. */
export const EMPTY_SHA256 = createHash('sha256').digest('hex')

const ALGORITHM = 'AWS4-HMAC-SHA256'
/** The body of a request that is made later, by somebody else. */
const UNSIGNED = 'UNSIGNED-PAYLOAD'

interface ToSign {
  readonly method: string
  /** With the port, if it is in the header Host. */
  readonly host: string
  /** Encoded by `encodePath`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Lower-case names. All are signed. */
  readonly headers: Readonly<Record<string, string>>
  /** The SHA-256 of the body, lower-case hex. */
  readonly sha256: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Makes signatures for one region. It keeps the key of the day. */
export interface Signer {
  /** The headers of the request, with the signature. */
  headers(request: ToSign): Record<string, string>
  /** The path and query of a URL that permits one GET, to anybody who has it, for `seconds`. */
  presigned(request: Pick<ToSign, 'host' | 'path' | 'query' | 'now'>, seconds: number): string
}

export function createSigner(credentials: S3Credentials, region: string): Signer {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  let kept: { readonly day: string; readonly key: Buffer } | undefined

  function keyOf(day: string): Buffer {
    if (kept?.day !== day) {
      const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`))
      kept = { day, key }
    }
    return kept.key
  }

  function signature(canonical: string, time: string): string {
    const text = [ALGORITHM, time, scopeOf(time), createHash('sha256').update(canonical).digest('hex')].join('\n')
    return hmac(keyOf(time.slice(0, 8)), text).toString('hex')
  }

  const scopeOf = (time: string) => `${time.slice(0, 8)}/${region}/s3/aws4_request`

  return {
    headers({ method, host, path, query, headers, sha256, now }) {
      const time = timeOf(now)
      const all: Record<string, string> = { ...headers, host, 'x-amz-content-sha256': sha256, 'x-amz-date': time }
      if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken
      const names = Object.keys(all).sort()
      const lines = names.map((name) => `${name}:${all[name]?.trim()}\n`).join('')
      const signed = names.join(';')
      const canonical = [method, path, encodeQuery(query), lines, signed, sha256].join('\n')
      const credential = `${accessKeyId}/${scopeOf(time)}`
      all.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature(canonical, time)}`
      return all
    },

    presigned({ host, path, query, now }, seconds) {
      const time = timeOf(now)
      const all = encodeQuery({
        ...query,
        'X-Amz-Algorithm': ALGORITHM,
        'X-Amz-Credential': `${accessKeyId}/${scopeOf(time)}`,
        'X-Amz-Date': time,
        'X-Amz-Expires': String(seconds),
        'X-Amz-SignedHeaders': 'host',
        ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
      })
      const canonical = ['GET', path, all, `host:${host}\n`, 'host', UNSIGNED].join('\n')
      return `${path}?${all}&X-Amz-Signature=${signature(canonical, time)}`
    },
  }
}

/** The path of a bucket and a key, encoded once, as S3 signs it. */
export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

/** The query in the order in which it is signed. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&')
}

function encode(text: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text).replace(/[!'()*]/g, escaped)
}

/** `20261130T120000Z` */
function timeOf(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
