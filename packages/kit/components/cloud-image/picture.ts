import { type Cloud, hintFor, type KitError } from '@cloudstead/kit'
import { notConnected } from '../shared/not-connected.ts'

/** So long before a URL ends it is replaced; the same margin as the kit's cache has. */
const MARGIN_MS = 60_000
/** Of the URLs that last less than ten margins, a tenth of their life is left instead. */
const MARGIN_SHARE = 0.1
/** A URL that was old on arrival (the phone's clock is wrong) is not asked for again and again. */
const MIN_REFRESH_MS = 10_000
const NEVER = Number.POSITIVE_INFINITY

/** What the component shows. `url` may be set while `loading`: then the picture is on its way. */
export interface Picture {
  readonly state: 'empty' | 'loading' | 'ready' | 'failed'
  readonly url: string
}

export interface PictureParts {
  /** The connection of the program, if there is one by now. */
  readonly cloud: () => Pick<Cloud, 'resolveImages' | 'refresh'> | undefined
  readonly show: (picture: Picture) => void
  readonly fail: (error: KitError) => void
}

/** One picture by its fileID, from asking for its URL to the day it is taken off the page. */
export interface PictureSource {
  setFileID(fileID: string): void
  /** `<image>` has drawn it. */
  loaded(): void
  /** `<image>` could not: the first time a new URL is tried, since the old one may have expired. */
  broken(message: string): void
  /** Begins again after a failure. */
  retry(): void
  /** Whether the page can be seen; a hidden page does not renew its URLs. */
  setVisible(visible: boolean): void
  dispose(): void
}

export function createPicture({ cloud, show, fail }: PictureParts): PictureSource {
  let fileID = ''
  let picture: Picture = { state: 'empty', url: '' }
  /** Counts what was asked for: an answer that comes late, for another fileID, is not shown. */
  let turn = 0
  let triedAgain = false
  let visible = true
  let renewAt = NEVER
  let timer: ReturnType<typeof setTimeout> | undefined

  const set = (state: Picture['state'], url: string): void => {
    picture = { state, url }
    show(picture)
  }

  const giveUp = (error: KitError): void => {
    rest()
    set('failed', '')
    fail(error)
  }

  /** @param anew past the kit's cache */
  const ask = async (anew: boolean): Promise<void> => {
    turn += 1
    const asked = turn
    const connection = cloud()
    if (connection === undefined) return giveUp(notConnected('cloud-image'))
    const found = anew ? await connection.refresh(fileID) : (await connection.resolveImages([fileID]))[0]
    if (asked !== turn || found === undefined) return
    if (found.error !== undefined) {
      // What is on the screen stays there; its URL is tried again when it is due.
      if (picture.state === 'ready') plan(Date.now() + MIN_REFRESH_MS)
      else giveUp(found.error)
      return
    }
    const { url, maxAge, expiresAt } = found
    plan(expiresAt - Math.min(MARGIN_MS, maxAge * 1000 * MARGIN_SHARE))
    if (url === picture.url && picture.state === 'ready') return
    set(picture.state === 'ready' ? 'ready' : 'loading', url)
  }

  const plan = (at: number): void => {
    renewAt = Math.max(at, Date.now() + MIN_REFRESH_MS)
    arm()
  }

  const arm = (): void => {
    stop()
    if (visible && renewAt < NEVER) timer = setTimeout(() => ask(false), Math.max(0, renewAt - Date.now()))
  }

  const stop = (): void => {
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
  }

  /** Nothing is on the way and nothing is planned. */
  const rest = (): void => {
    turn += 1
    renewAt = NEVER
    triedAgain = false
    stop()
  }

  const begin = (): void => {
    rest()
    set('loading', '')
    ask(false)
  }

  return {
    setFileID(id) {
      fileID = id
      if (id !== '') return begin()
      rest()
      set('empty', '')
    },
    loaded() {
      triedAgain = false
      if (picture.state === 'loading') set('ready', picture.url)
    },
    broken(message) {
      if (picture.url === '') return
      if (triedAgain) return giveUp(notLoaded(message))
      triedAgain = true
      // Without a URL in between, the same one again would not be loaded again.
      set('loading', '')
      ask(true)
    },
    retry() {
      if (picture.state === 'failed') begin()
    },
    setVisible(now) {
      visible = now
      arm()
    },
    dispose: rest,
  }
}

function notLoaded(message: string): KitError {
  return { code: 'NETWORK_ERROR', message, hint: hintFor('NETWORK_ERROR'), retryable: true }
}
