import { bucketOf, type CloudPath, parseCloudPath } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'
import { invalid, type Params, string } from '../params.ts'

/** Words that the API has in the place of a bucket, so that objects of such buckets have no address. */
const WORDS: readonly string[] = ['copy', 'info', 'list', 'move', 'public', 'sign', 'upload']

/** A bucket of the bucket API: a part of the one bucket that an environment has. */
export interface BucketRef {
  readonly id: string
  /** What the cloudPaths of its objects begin with. */
  readonly prefix: string
}

/**
 * The bucket with this id. The bucket of the environment, named as in fileIDs, has all files. Any other id is a folder of
 * the first level: `avatars` has the files below `avatars/`.
 *
 * @throws CloudsteadError INVALID_PARAM or INVALID_FILE_NAME
 */
export function bucketRef(env: string, input: unknown, name = 'bucketId'): BucketRef {
  const id = string(input, name)
  if (id === bucketOf(env)) return { id, prefix: '' }
  if (id === '' || id.includes('/')) throw invalid(`${name} must be the name of a bucket: not empty, without /`)
  if (WORDS.includes(id)) {
    const whole = bucketOf(env)
    throw invalid(
      `${name} cannot be ${id}, a word of the API; use the bucket ${whole} and names that begin with ${id}/`,
    )
  }
  const prefix = `${id}/`
  // A folder has a valid name if a file in it does.
  parseCloudPath(`${prefix}x`)
  return { id, prefix }
}

/** The cloudPath of an object. @throws CloudsteadError INVALID_PARAM or INVALID_FILE_NAME */
export function objectPath({ prefix }: BucketRef, input: unknown, name: string): CloudPath {
  const inBucket = string(input, name)
  if (inBucket === '') throw invalid(`${name} must not be empty`)
  return parseCloudPath(prefix + inBucket)
}

/** The bucket in an address `/:bucket`. @throws what `bucketRef` throws */
export function bucketOfUrl(env: string, { params }: FastifyRequest): BucketRef {
  return bucketRef(env, (params as Params).bucket)
}

/** The bucket and the cloudPath in an address `/:bucket/*`. @throws CloudsteadError INVALID_PARAM or INVALID_FILE_NAME */
export function objectOfUrl(env: string, request: FastifyRequest) {
  const bucket = bucketOfUrl(env, request)
  return { bucket, path: objectPath(bucket, (request.params as Params)['*'], 'the name of the object') }
}

/** The name of an object in its bucket. */
export function objectName({ prefix }: BucketRef, path: string): string {
  return path.slice(prefix.length)
}

/** The full name of an object in answers: `bucketId/name`. */
export function objectKey(bucket: BucketRef, path: string): string {
  return `${bucket.id}/${objectName(bucket, path)}`
}
