import { after, before, describe } from 'node:test'
import { lacksRadosgw, type Radosgw, startRadosgw } from '../../../../../../acceptance/support/radosgw.ts'
import { blobsContract } from '../blobs.contract.ts'
import { openS3Blobs } from './s3-blobs.ts'
import { parseS3Url } from './s3-location.ts'

describe('blobs in S3', { skip: lacksRadosgw() }, () => {
  let store: Radosgw | undefined
  let bucket = ''
  let places = 0

  before(async () => {
    store = await startRadosgw()
    bucket = await store.newBucket()
  })

  after(() => store?.dispose())

  function place(prefix: string) {
    if (!store) throw new Error('the store is not running')
    const location = parseS3Url(`s3://${bucket}${prefix}?region=us-east-1&endpoint=${store.endpoint}&pathStyle=true`)
    return { location, credentials: store.credentials }
  }

  blobsContract('S3', async () => {
    const options = place(`/places/${places++}`)
    return { open: () => openS3Blobs(options), dispose: async () => {} }
  })
})
