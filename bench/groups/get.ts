import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import { compare, type Row } from '../measure.ts'
import type { Server } from '../processes.ts'

const KIB = 1024
/** The pictures of a popular page. */
const HOT_FILES = 50
/** 200 MiB in total, more than a small server caches in memory. */
const MANY_FILES = 1000

/** Signed downloads against a bare file stream. */
export const getGroup: Group = {
  name: 'get',
  async run(bench) {
    return [
      await measure(bench, 'signed GET 200 KiB, c=32', HOT_FILES, 200 * KIB, { ratioAtLeast: 1 }),
      await measure(bench, 'signed GET 10 KiB, c=32', HOT_FILES, 10 * KIB, { ratioAtLeast: 1.5 }),
      await measure(bench, `signed GET 200 KiB, ${MANY_FILES} files, c=32`, MANY_FILES, 200 * KIB),
    ]
  },
}

async function measure(
  bench: Bench,
  name: string,
  files: number,
  bytes: number,
  aim?: { ratioAtLeast: number },
): Promise<Row> {
  const server = await bench.cloudstead()
  const user = await signIn(server)
  const signed = await user.signedPaths(await user.uploadFiles('picture', files, bytes))

  const directory = bench.directory()
  const content = randomBytes(bytes)
  const names = Array.from({ length: files }, (_, n) => `picture${n}.jpg`)
  for (const file of names) writeFileSync(join(directory, file), content)
  const bare = await bench.ceiling('get', directory)

  const run = (target: Server, paths: readonly string[]) => () =>
    bench.drive(target, {
      plan: { kind: 'get', paths },
      connections: 32,
      seconds: bench.scale.seconds,
      requests: 200_000,
    })
  const rounds = await bench.takeTurns({
    ours: run(server, signed),
    bare: run(
      bare,
      names.map((file) => `/${file}`),
    ),
  })
  await server.stop()
  await bare.stop()
  return compare(name, rounds.ours, 'bare file stream', rounds.bare, aim)
}
