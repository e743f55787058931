/** Groups that measure one server: against bare programs, or against the server of another checkout. */
import type { Cloudstead, CloudsteadOptions } from './cloudstead.ts'
import type { Bench, Group } from './group.ts'
import { compare, OTHER, type RateAim, type Row, type Side, type Sides } from './measure.ts'

/** What a line is compared with. */
export interface Ceiling {
  /** As in the README. */
  readonly name: string
  readonly side: Side
  readonly aim?: RateAim
}

/** Traffic on the server; a row for each ceiling. */
export interface Line {
  readonly name: string
  readonly ours: Side
  readonly ceilings: readonly Ceiling[]
}

/** Lines that are measured on one server. */
export interface Scene {
  /** Called for each server. */
  options?(): CloudsteadOptions | Promise<CloudsteadOptions>
  /**
   * Puts the data there. It may be called for two servers. What only the ceilings need is started at their first use
   * (`lazily`), since it is not needed against another checkout.
   */
  lines(server: Cloudstead): Promise<readonly Line[]>
}

/** The function that makes something at its first call, and returns the same from then on. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** A group of scenes, each with a server of its own. */
export function sceneGroup(
  name: string,
  scenes: (bench: Bench) => readonly Scene[] | Promise<readonly Scene[]>,
): Group & Required<Pick<Group, 'against'>> {
  return {
    name,
    async run(bench) {
      const rows: Row[] = []
      for (const scene of await scenes(bench)) rows.push(...(await bench.part(() => withCeilings(bench, scene))))
      return rows
    },
    async against(bench, checkout) {
      const rows: Row[] = []
      for (const scene of await scenes(bench)) {
        rows.push(...(await bench.part(() => withOther(bench, scene, checkout))))
      }
      return rows
    },
  }
}

async function withCeilings(bench: Bench, scene: Scene): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, ours, ceilings } of await linesOf(bench, scene)) {
    const sides: Sides<string> = Object.fromEntries(ceilings.map((ceiling) => [ceiling.name, ceiling.side]))
    bench.progress(name)
    const rounds = await bench.takeTurns<string>({ ours, ...sides })
    const of = (side: string) => rounds[side] ?? []
    rows.push(...ceilings.map(({ name: against, aim }) => compare(name, of('ours'), against, of(against), aim)))
  }
  return rows
}

async function withOther(bench: Bench, scene: Scene, checkout: string): Promise<Row[]> {
  const ours = await linesOf(bench, scene)
  const others = await linesOf(bench, scene, checkout)
  const rows: Row[] = []
  for (const [n, { name, ours: side }] of ours.entries()) {
    const other = others[n]
    if (other === undefined) throw new Error(`the other server has no line ${name}`)
    bench.progress(name)
    const rounds = await bench.takeTurns({ ours: side, other: other.ours })
    rows.push(compare(name, rounds.ours, OTHER, rounds.other))
  }
  return rows
}

/** Starts a server and puts the data there. */
async function linesOf(bench: Bench, scene: Scene, checkout?: string): Promise<readonly Line[]> {
  const options = await scene.options?.()
  return scene.lines(await bench.cloudstead({ ...options, ...(checkout !== undefined && { checkout }) }))
}
