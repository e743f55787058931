import { signIn, WEB } from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import { compare } from '../measure.ts'

const KIB = 1024
const SMALL = { bytes: 200 * KIB, connections: 32 }
const LARGE = { bytes: 2048 * KIB, connections: 4 }
const AGAINST = 'bare write + sync'

/** Durable uploads against a bare server with the same disk operations. */
export const uploadGroup: Group = {
  name: 'upload',
  async run(bench) {
    const server = await bench.cloudstead()
    const bare = await bench.ceiling('upload', bench.directory())
    const user = await signIn(server)
    const { scale } = bench

    const bothLegs = await bench.takeTurns({
      ours: (round) => {
        const bodies = names(scale.uploads).map((n) =>
          user.body('storage.getUploadMetadata', {
            path: `users/${user.uid}/both${round}-${n}.jpg`,
            method: 'put',
            headers: {},
          }),
        )
        return bench.drive(server, {
          ...SMALL,
          ...limits(bench),
          plan: { kind: 'upload', path: WEB, bodies, bytes: SMALL.bytes },
        })
      },
      bare: (round) => {
        const bodies = names(scale.uploads).map((n) => user.body('ticket', { path: `${round}-${n}.jpg` }))
        return bench.drive(bare, {
          ...SMALL,
          ...limits(bench),
          plan: { kind: 'upload', path: '/', bodies, bytes: SMALL.bytes },
        })
      },
    })

    const bytesOnly = async (prefix: string, size: typeof SMALL, requests: number) =>
      bench.takeTurns({
        ours: async (round) => {
          const tickets = await user.uploadTickets(`${prefix}${round}-`, requests)
          const plan = { kind: 'put', paths: tickets.map(({ path }) => path), bytes: size.bytes } as const
          return bench.drive(server, { ...size, ...limits(bench), plan })
        },
        bare: () => {
          const plan = { kind: 'put', paths: names(requests).map((n) => `/${n}`), bytes: size.bytes } as const
          return bench.drive(bare, { ...size, ...limits(bench), plan })
        },
      })
    const small = await bytesOnly('small', SMALL, scale.uploads)
    const large = await bytesOnly('large', LARGE, scale.uploads / 4)

    const aim = { ratioAtLeast: 0.9 }
    return [
      compare('upload 200 KiB, both legs, c=32', bothLegs.ours, AGAINST, bothLegs.bare),
      compare('upload 200 KiB, byte leg, c=32', small.ours, AGAINST, small.bare, aim),
      compare('upload 2 MiB, byte leg, c=4', large.ours, AGAINST, large.bare, aim),
    ]
  },
}

function limits({ scale }: Bench) {
  // The number of uploads is the limit; the time only matters on a much slower disk.
  return { requests: scale.uploads, seconds: scale.seconds * 3 }
}

function names(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
