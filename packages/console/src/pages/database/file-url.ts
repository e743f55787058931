/** The temporary URLs of the pictures in documents, cached while they are valid. */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { session } from '../../app/session.ts'
import { fileOf } from './values.ts'

/** The lifetime of a URL in seconds. */
const MAX_AGE_S = 3_600
/** Milliseconds after which a new URL is requested. */
const CACHED_MS = (MAX_AGE_S - 300) * 1_000
/** The most concurrent requests; a table may show hundreds of files. */
const MAX_RUNNING = 6

interface Known {
  readonly url: Promise<string | undefined>
  readonly until: number
}

const known = new Map<string, Known>()
let running = 0
const waiting: (() => void)[] = []

/** The path of a file in this environment; undefined for any other text. */
export function pathHere(fileId: string): string | undefined {
  const file = fileOf(fileId)
  return file !== undefined && file.env === session()?.env ? file.path : undefined
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

/** The URL of a file as a path on this server; undefined if there is none. */
function urlOf(path: string): Promise<string | undefined> {
  const found = known.get(path)
  if (found !== undefined && found.until > Date.now()) return found.url
  const url = inTurn(() => call('createFileUrl', { body: { path, maxAge: MAX_AGE_S } })).then(
    ({ url: whole }) => {
      const { pathname, search } = new URL(whole)
      return pathname + search
    },
    () => undefined,
  )
  known.set(path, { url, until: Date.now() + CACHED_MS })
  return url
}

/** The URL of a picture; undefined until it is known, and for files that are missing or in another environment. */
export function useFileUrl(fileId: string): string | undefined {
  const path = pathHere(fileId)
  const [shown, setShown] = useState<{ readonly path: string; readonly url: string | undefined }>()
  useEffect(() => {
    if (path === undefined) return
    let gone = false
    void urlOf(path).then((url) => {
      if (!gone) setShown({ path, url })
    })
    return () => {
      gone = true
    }
  }, [path])
  return shown !== undefined && shown.path === path ? shown.url : undefined
}
