import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../cloudstead.ts'
import type { Bench } from '../group.ts'
import type { RateAim } from '../measure.ts'
import type { Server } from '../processes.ts'
import { lazily, type Scene, sceneGroup } from '../scenes.ts'

const KIB = 1024
const MIB = 1024 * KIB
/** The pictures of a popular page. */
const HOT_FILES = 50
/** 200 MiB in total, more than a small server caches in memory. */
const MANY_FILES = 1000
const LARGE_FILES = 4
const TWICE = { ratioAtLeast: 2 }

interface Load {
  readonly connections: number
  readonly aim?: RateAim
}

/** Signed downloads against a bare server of files. */
export const getGroup = sceneGroup('get', (bench) => [
  scene(bench, '200 KiB', 200 * KIB, HOT_FILES, [{ connections: 32, aim: TWICE }, { connections: 1 }]),
  scene(bench, '10 KiB', 10 * KIB, HOT_FILES, [{ connections: 32, aim: TWICE }, { connections: 1 }]),
  scene(bench, `200 KiB, ${MANY_FILES} files`, 200 * KIB, MANY_FILES, [{ connections: 32 }]),
  scene(bench, '50 MiB', 50 * MIB, LARGE_FILES, [{ connections: 2, aim: { ratioAtLeast: 1 } }]),
])

function scene(bench: Bench, what: string, bytes: number, files: number, loads: readonly Load[]): Scene {
  const names = Array.from({ length: files }, (_, n) => `picture${n}.jpg`)
  const paths = names.map((name) => `/${name}`)
  const bare = lazily(() => {
    const directory = bench.directory()
    const content = randomBytes(bytes)
    for (const name of names) writeFileSync(join(directory, name), content)
    return bench.ceiling('get', directory)
  })
  const drive = (target: Server, paths: readonly string[], connections: number) =>
    bench.drive(target, {
      plan: { kind: 'get', paths },
      connections,
      seconds: bench.scale.seconds,
      requests: 200_000,
    })
  return {
    async lines(server) {
      const user = await signIn(server)
      const signed = await user.signedPaths(await user.uploadFiles('picture', files, bytes))
      return loads.map(({ connections, aim }) => ({
        name: `signed GET ${what}, c=${connections}`,
        ours: () => drive(server, signed, connections),
        ceilings: [
          {
            name: 'bare file',
            side: async () => drive(await bare(), paths, connections),
            ...(aim !== undefined && { aim }),
          },
        ],
      }))
    },
  }
}
