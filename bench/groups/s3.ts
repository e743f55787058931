import { createHmac, randomBytes } from 'node:crypto'
import { lacksRadosgw, type Radosgw } from '../../acceptance/support/radosgw.ts'
import { signIn } from '../cloudstead.ts'
import type { Group } from '../group.ts'
import { compare, type Row } from '../measure.ts'
import { s3Places } from './s3-places.ts'

const MIB = 1024 * 1024
const AGAINST = 'raw S3 requests'
/** More bytes than a server keeps in memory. The store keeps all objects in memory, also those that were overwritten. */
const SIZES = [
  { name: '200 KiB, c=8', bytes: 200 * 1024, connections: 8, files: 400, requests: 150 },
  { name: '20 MiB, c=2', bytes: 20 * MIB, connections: 2, files: 6, requests: 4 },
]
/** How long the raw requests are valid, in seconds. */
const VALID_S = 24 * 60 * 60

/** Uploads and downloads of a server whose files are in S3, against the same store without a server. */
export const s3Group: Group = {
  name: 's3',
  lacks: lacksRadosgw,
  async run(bench) {
    const store = await bench.s3()
    const bucket = await store.newBucket()
    const server = await bench.cloudstead({ places: await s3Places(store) })
    // Its processes are not measured.
    const raw = { url: store.endpoint, pid: 0, startedInMs: 0, stop: async () => {} }
    const user = await signIn(server)
    const rows: Row[] = []
    for (const { name, bytes, connections, files, requests } of SIZES) {
      const limits = { connections, requests, seconds: bench.scale.seconds * 20 }
      const puts = await bench.takeTurns({
        ours: async (round) => {
          const tickets = await user.uploadTickets(`put${bytes}-${round}-`, requests)
          return bench.drive(server, {
            ...limits,
            plan: { kind: 'put', paths: tickets.map(({ path }) => path), bytes },
          })
        },
        raw: (round) => {
          const paths = numbers(requests).map((n) => signed(store, 'PUT', `/${bucket}/put${bytes}-${round}-${n}`))
          return bench.drive(raw, { ...limits, plan: { kind: 'put', paths, bytes } })
        },
      })
      rows.push(compare(`S3: PUT ${name}`, puts.ours, AGAINST, puts.raw))

      const ours = await user.signedPaths(await user.uploadFiles(`get${bytes}-`, files, bytes))
      const objects = numbers(files).map((n) => `/${bucket}/get${bytes}-${n}`)
      const content = randomBytes(bytes)
      for (const path of objects) {
        const { status } = await fetch(store.endpoint + signed(store, 'PUT', path), { method: 'PUT', body: content })
        if (status !== 200) throw new Error(`the store answered ${status}`)
      }
      const downloads = { ...limits, seconds: bench.scale.seconds, requests: 200_000 }
      const gets = await bench.takeTurns({
        ours: () => bench.drive(server, { ...downloads, plan: { kind: 'get', paths: ours } }),
        raw: () => {
          const paths = objects.map((path) => signed(store, 'GET', path))
          return bench.drive(raw, { ...downloads, plan: { kind: 'get', paths } })
        },
      })
      rows.push(compare(`S3: GET ${name}`, gets.ours, AGAINST, gets.raw))
    }
    return rows
  },
}

/** The path of a presigned request, with the old signature: it costs the client nothing while it is measured. */
function signed({ credentials }: Radosgw, method: string, path: string): string {
  const expires = Math.floor(Date.now() / 1000) + VALID_S
  const text = `${method}\n\n\n${expires}\n${path}`
  const signature = createHmac('sha1', credentials.secretAccessKey).update(text).digest('base64')
  const query = new URLSearchParams({
    AWSAccessKeyId: credentials.accessKeyId,
    Expires: String(expires),
    Signature: signature,
  })
  return `${path}?${query}`
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
