/** The instances of all functions: who gets one, when one is started, and when one is retired. */
import { availableParallelism, totalmem } from 'node:os'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FunctionDefinition } from '../definition.ts'
import type { Instance } from './instance.ts'

/** How often instances that nobody calls are looked at. */
const SWEEP_MS = 1000
/** How often a call whose time to wait is over asks whether the instance that is started for it is there. */
const ASK_AGAIN_MS = 100
/** Calls of one function that wait for an instance. Each holds its data. */
const MAX_WAITING = 1000
/** About the memory of an instance that nobody calls, with an SDK in it. */
const IDLE_BYTES = 64 * 1024 * 1024
/** Instances that nobody calls, of all functions: they take at most an eighth of the memory of the machine. */
const MAX_IDLE = Math.max(8, Math.floor(totalmem() / 8 / IDLE_BYTES))

export interface PoolOptions {
  readonly start: (definition: FunctionDefinition) => Instance
  /** A function as it is now; undefined when there is none. */
  readonly find: (name: string) => FunctionDefinition | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Instances that nobody calls, of all functions. */
  readonly maxIdle?: number
}

/** An instance that belongs to one call. */
interface Taken {
  readonly instance: Instance
  /** Whether it was started for the call. */
  readonly cold: boolean
}

export interface Pool {
  /**
   * An instance that nobody else calls until it is released: a warm one, a new one, or the next that is released.
   *
   * @throws LoadError
   * @throws CloudsteadError `FUNCTION_NOT_FOUND`; `EXCEED_CONCURRENT_REQUEST_LIMIT` after the time that a call may take, or at
   *   once when too many wait
   */
  acquire(name: string): Promise<Taken>
  release(instance: Instance): void
  /** Of one function, or all. */
  list(name?: string): readonly Instance[]
  /** Ends all instances at once. Resolves when their processes have ended. */
  close(): Promise<void>
}

interface Waiter {
  readonly resolve: (taken: Taken) => void
  readonly reject: (error: unknown) => void
}

/** The instances of one function. */
interface Team {
  readonly name: string
  readonly instances: Set<Instance>
  /** Nobody calls them. The last one is the one that was used last. */
  readonly idle: Instance[]
  /** Who has waited longest comes first. */
  readonly waiters: Set<Waiter>
  /** Starts that are under way or wait for their turn. */
  starting: number
}

export function createPool({ start, find, now, maxIdle = MAX_IDLE }: PoolOptions): Pool {
  const teams = new Map<string, Team>()
  /** As many at once as there are cores: more would only make each of them slower. */
  const turns = createTurns(availableParallelism())
  let closed = false
  const timer = setInterval(sweep, SWEEP_MS).unref()

  function teamOf(name: string): Team {
    const team = teams.get(name) ?? { name, instances: new Set(), idle: [], waiters: new Set(), starting: 0 }
    teams.set(name, team)
    return team
  }

  function retire(team: Team, instance: Instance): void {
    team.instances.delete(instance)
    const at = team.idle.indexOf(instance)
    if (at >= 0) team.idle.splice(at, 1)
    instance.kill()
  }

  function takeIdle(team: Team, definition: FunctionDefinition): Instance | undefined {
    for (let instance = team.idle.at(-1); instance !== undefined; instance = team.idle.at(-1)) {
      if (isUsable(instance, definition)) return team.idle.pop()
      retire(team, instance)
    }
    return undefined
  }

  function rejectAll(team: Team, error: unknown): void {
    for (const waiter of team.waiters) waiter.reject(error)
    team.waiters.clear()
  }

  /** Gives out what is idle, and starts what is missing. */
  function serve(team: Team): void {
    if (team.waiters.size === 0 || closed) return
    const definition = find(team.name)
    if (definition === undefined) {
      rejectAll(team, new CloudsteadError('FUNCTION_NOT_FOUND'))
      return
    }
    for (const waiter of team.waiters) {
      const instance = takeIdle(team, definition)
      if (instance === undefined) break
      team.waiters.delete(waiter)
      waiter.resolve({ instance, cold: false })
    }
    const room = definition.maxInstances - team.instances.size - team.starting
    const missing = Math.min(team.waiters.size - team.starting, room)
    for (let n = 0; n < missing; n++) void startOne(team)
  }

  async function startOne(team: Team): Promise<void> {
    team.starting++
    const done = await turns.take()
    const definition = find(team.name)
    let instance: Instance | undefined
    try {
      // Whoever waited may have got another one.
      if (closed || definition === undefined || team.waiters.size === 0) return
      instance = start(definition)
      team.instances.add(instance)
      await instance.loaded
      const [waiter] = team.waiters
      if (waiter === undefined || !isUsable(instance, find(team.name))) team.idle.push(instance)
      else {
        team.waiters.delete(waiter)
        waiter.resolve({ instance, cold: true })
      }
    } catch (error) {
      if (instance !== undefined) retire(team, instance)
      // All that wait for this code would see the same failure.
      if (definition?.version === find(team.name)?.version) rejectAll(team, error)
    } finally {
      team.starting--
      done()
      serve(team)
    }
  }

  function acquire(name: string): Promise<Taken> {
    const team = teamOf(name)
    const definition = find(name)
    const instance = definition === undefined || team.waiters.size > 0 ? undefined : takeIdle(team, definition)
    if (instance !== undefined) return Promise.resolve({ instance, cold: false })
    if (team.waiters.size >= MAX_WAITING) {
      return Promise.reject(new CloudsteadError('EXCEED_CONCURRENT_REQUEST_LIMIT'))
    }
    return new Promise((resolve, reject) => {
      let expiry: NodeJS.Timeout | undefined
      const expire = () => {
        // An instance that is being started for it comes soon, or the start fails.
        if ([...team.waiters].indexOf(waiter) < team.starting) {
          expiry = setTimeout(expire, ASK_AGAIN_MS)
          return
        }
        team.waiters.delete(waiter)
        reject(new CloudsteadError('EXCEED_CONCURRENT_REQUEST_LIMIT'))
      }
      const waiter: Waiter = {
        resolve(taken) {
          clearTimeout(expiry)
          resolve(taken)
        },
        reject(error) {
          clearTimeout(expiry)
          reject(error)
        },
      }
      team.waiters.add(waiter)
      expiry = setTimeout(expire, definition?.timeoutMs ?? 0)
      serve(team)
    })
  }

  function release(instance: Instance): void {
    const team = teamOf(instance.definition.name)
    if (closed || !instance.alive) retire(team, instance)
    else team.idle.push(instance)
    serve(team)
    limitIdle()
  }

  /** Retires those that were not called for longest, when there are too many. */
  function limitIdle(): void {
    let surplus = -maxIdle
    for (const { idle } of teams.values()) surplus += idle.length
    for (; surplus > 0; surplus--) {
      const oldest = [...teams.values()]
        .flatMap((team) => team.idle.slice(0, 1).map((instance) => ({ team, instance })))
        .reduce((one, other) => (other.instance.idleSince < one.instance.idleSince ? other : one))
      retire(oldest.team, oldest.instance)
    }
  }

  /** Retires what has changed or was not called for long. */
  function sweep(): void {
    for (const [name, team] of teams) {
      const definition = find(name)
      for (const instance of [...team.idle]) {
        const rested = now() - instance.idleSince > instance.definition.idleMs
        if (rested || !isUsable(instance, definition)) retire(team, instance)
      }
      if (team.instances.size === 0 && team.waiters.size === 0 && team.starting === 0) teams.delete(name)
    }
  }

  return {
    acquire,
    release,
    list(name) {
      const chosen = name === undefined ? [...teams.values()] : [teamOf(name)]
      return chosen.flatMap(({ instances }) => [...instances]).filter(({ alive }) => alive)
    },
    async close() {
      closed = true
      clearInterval(timer)
      for (const team of teams.values()) rejectAll(team, new CloudsteadError('SERVER_BUSY'))
      const all = [...teams.values()].flatMap(({ instances }) => [...instances])
      teams.clear()
      for (const instance of all) instance.kill()
      await Promise.all(all.map(({ gone }) => gone))
    },
  }
}

function isUsable(instance: Instance, definition: FunctionDefinition | undefined): boolean {
  return instance.alive && instance.definition.version === definition?.version && !instance.isStale()
}

/** Lets so many work at once; the others wait for their turn. */
function createTurns(count: number): { take(): Promise<() => void> } {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((done) => waiting.push(done))
      return () => {
        const next = waiting.shift()
        if (next === undefined) free++
        else next()
      }
    },
  }
}
