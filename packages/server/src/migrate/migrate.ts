/** Moves an environment to other engines while its servers run. */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type Copier, createCopier } from './copier.ts'
import { MigrationError } from './error.ts'
import { measure } from './measure.ts'
import { type OpenedSource, type OpenedTarget, openSource, openTarget, type Place } from './places.ts'
import { estimate, type Phase, type Progress } from './progress.ts'
import { settleBlobs } from './settle-blobs.ts'
import { type MigrationState, openState } from './state.ts'
import { type Thoroughness, type Verified, verify } from './verify.ts'

export interface MigrateOptions {
  readonly env: string
  readonly from: Place
  readonly to: Place
  /** Wait for the servers of the source to stop. Without it, what can be copied while they run is copied. */
  readonly wait: boolean
  /** The operator says that no server uses the source. A data directory is looked at all the same. */
  readonly isStopped: boolean
  readonly thoroughness: Thoroughness
  readonly report: MigrationReport
}

/** Told what happens. */
export interface MigrationReport {
  /** Called often. */
  progress(progress: Progress): void
  /** The migration begins, or goes on where it ended. */
  began(isNew: boolean): void
  /** Everything has been copied, and changes are followed: the servers of the source can be stopped now. */
  upToDate(): void
}

export interface Migrated extends Verified {
  /** Files whose bytes neither side has. */
  readonly lost: number
}

/** The feed is read this often during the copy, */
const FOLLOW_EVERY_MS = 1_000
/** and after it, which is also how soon a stop is noticed. */
const PAUSE_MS = 500
/** The copy is up to date when copying what has changed takes no longer than this. */
const UP_TO_DATE_MS = 2_000
/** The feed of a stopped source may still lag behind: it is read so often without a change. */
const QUIET_ROUNDS = 2
const STORE_BYTES = 16

/**
 * Copies an environment into empty engines. It can be interrupted at any moment; the same call goes on where it ended.
 * Nothing but the target is changed.
 *
 * @returns what was verified; undefined when the servers of the source still run, and it should not wait for them
 * @throws MigrationError; the errors of the engines
 */
export async function migrate(options: MigrateOptions): Promise<Migrated | undefined> {
  const { env, from, to } = options
  const source = await openSource(env, from, options.isStopped)
  try {
    const target = await openTarget(env, to, from, source)
    try {
      return await run(options, source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function run(options: MigrateOptions, source: OpenedSource, target: OpenedTarget): Promise<Migrated | undefined> {
  const { env, report, thoroughness } = options
  const store = randomBytes(STORE_BYTES).toString('hex')
  const state = await openState({ records: target.records, env, source: source.id, store })
  await target.mark(state)
  report.began(state.isNew)
  const say = reporter(report, state)
  await say.measured(source, target)
  if (!(await copyUntilStopped(options, source, target, state, say))) return undefined
  say.phase('finishing')
  const lost = await settleBlobs(source, target)
  say.phase('verifying')
  const verified = await verify(source, target, thoroughness)
  if (!(await source.stop.hasStopped())) {
    throw new MigrationError('a server was started on the source again: stop it, and repeat the command')
  }
  await target.finish(await source.secrets(), state)
  return { ...verified, lost }
}

/** @returns false when the source still runs, and nobody should wait for it to stop */
async function copyUntilStopped(
  options: MigrateOptions,
  source: OpenedSource,
  target: OpenedTarget,
  state: MigrationState,
  say: Reporter,
): Promise<boolean> {
  let followedAt = performance.now()
  const copier: Copier = createCopier({
    source,
    target,
    state,
    async onStep() {
      say.phase('copying')
      if (performance.now() - followedAt < FOLLOW_EVERY_MS) return
      await copier.follow()
      await source.stop.look()
      followedAt = performance.now()
    },
  })
  let isUpToDate = false
  let quietRounds = 0
  for (;;) {
    // Asked before the round: what is copied then is all there is.
    const isStopped = isUpToDate && (await source.stop.hasStopped())
    const startedAt = performance.now()
    await copier.findSpaces()
    await copier.copy()
    const changes = await copier.follow()
    say.phase('following')
    quietRounds = changes === 0 && isStopped ? quietRounds + 1 : 0
    if (quietRounds === QUIET_ROUNDS) return true
    const isNear = changes === 0 || performance.now() - startedAt < UP_TO_DATE_MS
    if (!isUpToDate && isNear && state.uncopied().length === 0) {
      isUpToDate = true
      if (await source.stop.hasStopped()) continue
      if (options.isStopped) throw new MigrationError('--stopped is not true: a server still runs on the source')
      if (!options.wait) return false
      options.report.upToDate()
    }
    await wait(PAUSE_MS)
  }
}

interface Reporter {
  phase(phase: Phase): void
  /** Measures the source, the first time. */
  measured(source: OpenedSource, target: OpenedTarget): Promise<void>
}

function reporter(report: MigrationReport, state: MigrationState): Reporter {
  const startedAt = performance.now()
  const before = state.counts.done
  const phase = (name: Phase): void => {
    const { done, total } = state.counts
    const elapsedMs = performance.now() - startedAt
    report.progress({ phase: name, done, total, ...estimate({ done, total, before, elapsedMs }) })
  }
  return {
    phase,
    async measured(source, target) {
      if (!state.isNew && state.counts.total.records > 0) return
      phase('measuring')
      const total = await measure(source.records)
      await target.records.commit([state.countsNote({ ...state.counts, total })], [state.fence])
    },
  }
}
