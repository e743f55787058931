import type { AnsweringServer } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, lines, toApiError } from '../../api/index.ts'
import { addEvent, addListed, type CallFilter, type Calls, MAX_CALLS, NO_CALLS } from './calls.ts'

/** Milliseconds before the log is followed again after the connection has broken off. */
const RECONNECT_MS = 2_000
/** Milliseconds between two requests for the calls of other servers. */
const OTHERS_MS = 5_000
/** Milliseconds for which events are collected, so that a flood of them does not block the page. */
const COLLECT_MS = 100

export interface FollowedCalls {
  readonly calls: Calls
  /** The first answer is still missing. */
  readonly loading: boolean
  /** `connecting`: what happens now comes later. */
  readonly state: 'live' | 'connecting' | 'paused'
  readonly error: ApiError | undefined
  /** The servers that have answered. */
  readonly servers: readonly AnsweringServer[]
}

interface State {
  readonly key: string
  readonly calls: Calls
  readonly loaded: boolean
}

/**
 * The calls of a function as they end, newest first, with those before. While `live` it follows the log, and begins again
 * when the connection breaks off. Behind a load balancer, the calls of other servers come a little later.
 *
 * @param name of a function, or `*`
 */
export function useCalls(name: string, { failed, search }: CallFilter, live: boolean): FollowedCalls {
  const key = JSON.stringify([name, failed, search])
  const [state, setState] = useState<State>({ key, calls: NO_CALLS, loaded: false })
  const [connected, setConnected] = useState(false)
  const [error, setError] = useState<ApiError>()
  const [servers, setServers] = useState<readonly AnsweringServer[]>([])
  const current = state.key === key ? state : { key, calls: NO_CALLS, loaded: false }

  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    const filter: CallFilter = { failed, search }
    const update = (change: (calls: Calls) => Calls, loaded = false) =>
      setState((now) => {
        const { calls, loaded: before } = now.key === key ? now : { calls: NO_CALLS, loaded: false }
        return { key, calls: change(calls), loaded: loaded || before }
      })

    const failedWith = (thrown: unknown) => {
      if (!signal.aborted) setError(toApiError(thrown))
    }
    let several = false
    const load = async () => {
      const query = { limit: MAX_CALLS, ...(failed ? { failed } : {}), ...(search === '' ? {} : { search }) }
      const { items, server } = await call('listFunctionCalls', { params: { name }, query }, { signal })
      several = server.servers > 1
      setServers((known) => (several ? [...known.filter(({ id }) => id !== server.id), server] : []))
      update((calls) => addListed(calls, items), true)
    }

    let waiting: Parameters<typeof addEvent>[1][] = []
    let timer = 0
    const flush = () => {
      timer = 0
      const events = waiting
      waiting = []
      update((calls) => events.reduce((sum, event) => addEvent(sum, event, filter), calls))
    }
    const follow = async () => {
      let first = true
      await lines(
        'followFunctionCalls',
        { params: { name } },
        {
          signal,
          onLine(event) {
            if (first) {
              first = false
              setConnected(true)
              setError(undefined)
              // Nobody tells how calls end that ran when the connection broke off, but the list does.
              update(({ ended }) => ({ ended, running: [] }))
              load().catch(failedWith)
            }
            if (event.line === undefined && event.call === undefined) return
            waiting.push(event)
            if (timer === 0) timer = window.setTimeout(flush, COLLECT_MS)
          },
        },
      )
    }
    const run = async () => {
      while (!signal.aborted) {
        await follow().catch((thrown) => {
          setConnected(false)
          // A connection that breaks off is made again.
          if (toApiError(thrown).code !== 'BROKEN_OFF') failedWith(thrown)
        })
        await pause(RECONNECT_MS, signal)
      }
    }
    if (!live) {
      if (!current.loaded) load().catch(failedWith)
      return () => leaving.abort()
    }
    void run()
    const others = window.setInterval(() => {
      if (several && !document.hidden) load().catch(failedWith)
    }, OTHERS_MS)
    return () => {
      leaving.abort()
      clearTimeout(timer)
      clearInterval(others)
      setConnected(false)
      setError(undefined)
    }
  }, [key, live])

  return {
    calls: current.calls,
    loading: !current.loaded && error === undefined,
    state: live ? (connected ? 'live' : 'connecting') : 'paused',
    error,
    servers,
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        done()
      },
      { once: true },
    )
  })
}
