import { createHmac, randomBytes } from 'node:crypto'
import { lacksRadosgw, type Radosgw } from '../../acceptance/support/radosgw.ts'
import { signIn, type User } from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import type { Server } from '../processes.ts'
import { type Line, lazily, sceneGroup } from '../scenes.ts'
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
  lacks: lacksRadosgw,
  ...sceneGroup('s3', async (bench) => {
    const store = await bench.s3()
    const bucket = await store.newBucket()
    return [
      {
        options: async () => ({ places: await s3Places(store) }),
        async lines(server) {
          const user = await signIn(server)
          const lines: Line[] = []
          for (const size of SIZES) lines.push(...(await linesOf(bench, { server, user }, { store, bucket }, size)))
          return lines
        },
      },
    ]
  }),
}

async function linesOf(
  bench: Bench,
  { server, user }: { readonly server: Server; readonly user: User },
  { store, bucket }: { readonly store: Radosgw; readonly bucket: string },
  { name, bytes, connections, files, requests }: (typeof SIZES)[number],
): Promise<Line[]> {
  // Its processes are not measured.
  const raw = { url: store.endpoint, pid: 0, startedInMs: 0, stop: async () => {} }
  const ours = await user.signedPaths(await user.uploadFiles(`get${bytes}-`, files, bytes))
  const objects = lazily(async () => {
    const paths = numbers(files).map((n) => `/${bucket}/get${bytes}-${n}`)
    const content = randomBytes(bytes)
    for (const path of paths) {
      const { status } = await fetch(store.endpoint + signed(store, 'PUT', path), { method: 'PUT', body: content })
      if (status !== 200) throw new Error(`the store answered ${status}`)
    }
    return paths
  })
  const uploads = { connections, requests, seconds: bench.scale.seconds * 20 }
  const downloads = { connections, requests: 200_000, seconds: bench.scale.seconds }
  return [
    {
      name: `S3: PUT ${name}`,
      ours: async (round) => {
        const tickets = await user.uploadTickets(`put${bytes}-${round}-`, requests)
        return bench.drive(server, { ...uploads, plan: { kind: 'put', paths: tickets.map(({ path }) => path), bytes } })
      },
      ceilings: [
        {
          name: AGAINST,
          side: (round) => {
            const paths = numbers(requests).map((n) => signed(store, 'PUT', `/${bucket}/put${bytes}-${round}-${n}`))
            return bench.drive(raw, { ...uploads, plan: { kind: 'put', paths, bytes } })
          },
        },
      ],
    },
    {
      name: `S3: GET ${name}`,
      ours: () => bench.drive(server, { ...downloads, plan: { kind: 'get', paths: ours } }),
      ceilings: [
        {
          name: AGAINST,
          side: async () => {
            const paths = (await objects()).map((path) => signed(store, 'GET', path))
            return bench.drive(raw, { ...downloads, plan: { kind: 'get', paths } })
          },
        },
      ],
    },
  ]
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
