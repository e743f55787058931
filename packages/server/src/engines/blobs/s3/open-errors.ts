import { BlobsUnavailableError } from '../blobs.ts'
import { S3ConnectionError, S3Error } from './s3-errors.ts'
import type { S3Location } from './s3-location.ts'
import { XmlFormError } from './xml.ts'

/** The store cannot be used; the message says what to do. It never contains a key. */
class S3StoreError extends Error {
  override readonly name = 'S3StoreError'
}

/** Says what to do about an error at the start, where it is known; else returns the error itself. */
export function explained(thrown: unknown, location: S3Location): unknown {
  const error = thrown instanceof BlobsUnavailableError ? thrown.cause : thrown
  if (error instanceof S3Error) return new S3StoreError(refusal(error, location))
  const { endpoint, pathStyle } = location
  if (error instanceof XmlFormError) {
    return new S3StoreError(`what answers at ${endpoint} is no S3 store (${error.message}): check the endpoint`)
  }
  if (!(error instanceof S3ConnectionError)) return thrown
  const hint = error.reason === 'ENOTFOUND' && !pathStyle ? ', or add pathStyle=true' : ''
  return new S3StoreError(
    `there is no S3 store to reach at ${endpoint} (${error.reason}): check the endpoint${hint}, and that the store runs`,
  )
}

function refusal({ status, code }: S3Error, { bucket, endpoint, region }: S3Location): string {
  const store = `the S3 store at ${endpoint}`
  switch (code) {
    case 'NoSuchBucket':
      return `${store} has no bucket "${bucket}": create it`
    case 'InvalidAccessKeyId':
      return `${store} does not know the key in AWS_ACCESS_KEY_ID`
    case 'SignatureDoesNotMatch':
      return `${store} refuses the key in AWS_ACCESS_KEY_ID (${code}): check AWS_SECRET_ACCESS_KEY`
    case 'ExpiredToken':
    case 'InvalidToken':
      return `${store} refuses AWS_SESSION_TOKEN (${code}): it has to belong to AWS_ACCESS_KEY_ID and be current`
    case 'RequestTimeTooSkewed':
      return `${store} has another time than this machine: set the clock`
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return `the bucket "${bucket}" is not in the region "${region}" of ${endpoint} (${code}): check region and endpoint`
    case 'AccessDenied':
      return `the key in AWS_ACCESS_KEY_ID may not list the bucket "${bucket}" at ${endpoint} (${code}): permit it`
    default:
      return `${store} refuses to list the bucket "${bucket}" (${status}${code === '' ? '' : ` ${code}`})`
  }
}
