/** Addresses under which pictures of documents are shown: one for each file, kept for as long as it is good. */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { session } from '../../app/session.ts'
import { fileOf } from './values.ts'

/** Seconds that an address lives, and milliseconds after which a new one is asked for. */
const MAX_AGE_S = 3_600
const GOOD_FOR_MS = (MAX_AGE_S - 300) * 1_000
/** Requests that run at the same time; a table may show hundreds of files. */
const AT_ONCE = 6

interface Known {
  readonly url: Promise<string | undefined>
  readonly until: number
}

const known = new Map<string, Known>()
let running = 0
const waiting: (() => void)[] = []

/** The path of a file of this environment; undefined for other texts. */
export function pathHere(fileId: string): string | undefined {
  const file = fileOf(fileId)
  return file !== undefined && file.env === session()?.env ? file.path : undefined
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

/** The address of a file on this server; undefined when there is none, which is nothing to complain of here. */
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
  known.set(path, { url, until: Date.now() + GOOD_FOR_MS })
  return url
}

/** The address of a picture. Undefined while it is not known, and for ever when the file is none of ours or missing. */
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
