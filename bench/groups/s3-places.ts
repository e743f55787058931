import type { Radosgw } from '../../acceptance/support/radosgw.ts'
import type { Places } from '../cloudstead.ts'

/** The files of servers in a new bucket. */
export async function s3Places({ newBucket, endpoint, credentials }: Radosgw): Promise<Omit<Places, 'records'>> {
  const place = new URL(`s3://${await newBucket()}/files`)
  for (const [name, value] of Object.entries({ endpoint, region: 'us-east-1', pathStyle: 'true' })) {
    place.searchParams.set(name, value)
  }
  const variables = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }
  return { blobs: place.href, variables }
}
