/** Where an S3 store is, as `--blobs` says it. */
export interface S3Location {
  readonly bucket: string
  /** Put before each key with a `/`; undefined when the bucket is the store's own. */
  readonly prefix: string | undefined
  /** `https://host[:port]` */
  readonly endpoint: string
  readonly region: string
  /** The bucket is the first part of the path, not of the host name. */
  readonly pathStyle: boolean
  /** The address of the same store for clients, if they have to use another one. */
  readonly publicEndpoint: string | undefined
  /** Larger files, in bytes, are fetched from the store itself. Undefined: none. */
  readonly redirect: number | undefined
}

const FORM = 's3://BUCKET[/PREFIX]?region=REGION[&endpoint=URL][&pathStyle=true][&publicEndpoint=URL][&redirect=BYTES]'
const PARTS = ['region', 'endpoint', 'pathStyle', 'publicEndpoint', 'redirect'] as const

/** The form `s3://user@bucket` is matched too, to say where keys belong. */
const URL_FORM = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/
const REGION = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/
const SEGMENT = /^[A-Za-z0-9._-]+$/
/** A key has at most 1,024 bytes. */
const MAX_PREFIX = 512
const BYTES = /^[0-9]{1,15}$/

/**
 * Parses the URL of an S3 store.
 *
 * @throws Error with one line that continues the name of the option, and never repeats a value
 * @example
 * parseS3Url('s3://files/demo?endpoint=http://127.0.0.1:9000&region=us-east-1&pathStyle=true')
 */
export function parseS3Url(url: string): S3Location {
  const [, bucket = '', path = '', query = ''] = URL_FORM.exec(url) ?? wrong(`must have the form ${FORM}`)
  if (bucket.includes('@')) wrong('must not contain keys: they belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  if (!BUCKET.test(bucket)) {
    wrong('names no valid bucket: 3 to 63 lower-case letters, digits, "-", "_" and ".", between letters or digits')
  }
  const given = partsOf(query)
  const region = given.get('region') ?? wrong('lacks the region, as in s3://BUCKET?region=us-east-1')
  if (!REGION.test(region)) wrong('has a wrong region: letters, digits and "-" are valid')
  const endpoint = originOf('endpoint', given.get('endpoint') ?? `https://s3.${region}.amazonaws.com`)
  const asked = given.get('publicEndpoint')
  const pathStyle = flagOf('pathStyle', given.get('pathStyle'))
  if (!pathStyle && bucket.includes('.') && endpoint.startsWith('https:')) {
    wrong('needs pathStyle=true: no certificate covers the host name of a bucket with a "."')
  }
  return {
    bucket,
    prefix: prefixOf(path),
    endpoint,
    region,
    pathStyle,
    publicEndpoint: asked === undefined ? undefined : originOf('publicEndpoint', asked),
    redirect: bytesOf('redirect', given.get('redirect')),
  }
}

function partsOf(query: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!(PARTS as readonly string[]).includes(name)) wrong(`has an unknown part: ${PARTS.join(', ')} are valid`)
    if (parts.has(name)) wrong(`has the part ${name} twice`)
    parts.set(name, value)
  }
  return parts
}

function prefixOf(path: string): string | undefined {
  const prefix = path.replace(/\/$/, '')
  if (prefix === '') return undefined
  const isValid = (segment: string) => SEGMENT.test(segment) && !/^\.+$/.test(segment)
  if (prefix.length > MAX_PREFIX || !prefix.split('/').every(isValid)) {
    wrong(
      `has a wrong prefix: up to ${MAX_PREFIX} letters, digits, "-", "_" and ".", in parts divided by "/", are valid`,
    )
  }
  return prefix
}

function originOf(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  return isOrigin ? url.origin : wrong(`has a wrong ${name}: http://HOST[:PORT] or https://HOST[:PORT] is valid`)
}

function flagOf(name: string, value: string | undefined): boolean {
  if (value !== undefined && value !== 'true' && value !== 'false') wrong(`has a wrong ${name}: true or false is valid`)
  return value === 'true'
}

function bytesOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  return BYTES.test(value) ? Number(value) : wrong(`has a wrong ${name}: a whole number of bytes is valid`)
}

function wrong(what: string): never {
  throw new Error(what)
}
