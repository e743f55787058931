import { signIn, WEB } from '../cloudstead.ts'
import type { Bench } from '../group.ts'
import type { Plan } from '../job.ts'
import type { RateAim } from '../measure.ts'
import type { Server } from '../processes.ts'
import { type Line, lazily, type Scene, sceneGroup } from '../scenes.ts'

const KIB = 1024
const MIB = 1024 * KIB
const AGAINST = 'bare write + sync'
const BOTH_LEGS = { bytes: 200 * KIB, connections: 32, aim: { ratioAtLeast: 0.9 } }

interface Size {
  readonly name: string
  readonly bytes: number
  readonly connections: number
  /** Uploads per round, as a share of the usual number. */
  readonly share: number
  readonly aim?: RateAim
}

const BYTE_LEGS: readonly Size[] = [
  { name: '200 KiB', bytes: 200 * KIB, connections: 32, share: 1, aim: { ratioAtLeast: 1 } },
  { name: '200 KiB', bytes: 200 * KIB, connections: 1, share: 1 / 6 },
  { name: '2 MiB', bytes: 2 * MIB, connections: 4, share: 1 / 8, aim: { ratioAtLeast: 0.9 } },
  { name: '50 MiB', bytes: 50 * MIB, connections: 2, share: 1 / 150, aim: { ratioAtLeast: 0.95 } },
]
/** Two on each of two connections. */
const FEWEST = 4

/** Durable uploads against a bare server with the same disk operations. */
export const uploadGroup = sceneGroup('upload', (bench) => [scene(bench)])

function scene(bench: Bench): Scene {
  const bare = lazily(() => bench.ceiling('upload', bench.directory()))
  const drive = (target: Server, plan: Plan, connections: number) =>
    bench.drive(target, {
      plan,
      connections,
      // The number of uploads is the limit; the time only matters on a much slower disk.
      requests: bench.scale.uploads,
      seconds: bench.scale.seconds * 3,
    })

  return {
    async lines(server) {
      const user = await signIn(server)

      const bothLegs = ({ bytes, connections, aim }: typeof BOTH_LEGS): Line => {
        const names = numbers(bench.scale.uploads)
        return {
          name: `upload 200 KiB, both legs, c=${connections}`,
          ours: (round) => {
            const bodies = names.map((n) => user.uploadBody(`users/${user.uid}/both${round}-${n}.jpg`))
            return drive(server, { kind: 'upload', path: WEB, bodies, bytes }, connections)
          },
          ceilings: [
            {
              name: AGAINST,
              side: async (round) => {
                const bodies = names.map((n) => user.body('ticket', { path: `${round}-${n}.jpg` }))
                return drive(await bare(), { kind: 'upload', path: '/', bodies, bytes }, connections)
              },
              aim,
            },
          ],
        }
      }

      const byteLeg = ({ name, bytes, connections, share, aim }: Size): Line => {
        const requests = Math.max(FEWEST, Math.round(bench.scale.uploads * share))
        return {
          name: `PUT ${name}, c=${connections}`,
          ours: async (round) => {
            const tickets = await user.uploadTickets(`put${bytes}-${connections}-${round}-`, requests)
            return drive(server, { kind: 'put', paths: tickets.map(({ path }) => path), bytes }, connections)
          },
          ceilings: [
            {
              name: AGAINST,
              side: async () => {
                const paths = numbers(requests).map((n) => `/${n}`)
                return drive(await bare(), { kind: 'put', paths, bytes }, connections)
              },
              ...(aim !== undefined && { aim }),
            },
          ],
        }
      }

      return [bothLegs(BOTH_LEGS), ...BYTE_LEGS.map(byteLeg)]
    },
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
