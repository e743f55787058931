import { type Cloud, hintFor, type KitError } from '@cloudstead/kit'
import { notConnected } from '../shared/not-connected.ts'

/** A URL is replaced this long before it expires; the kit's cache has the same margin. */
const MARGIN_MS = 60_000
/** For URLs that last less than ten margins: this share of their lifetime. */
const MARGIN_SHARE = 0.1
/** The minimum between requests, for URLs that are already expired because the phone's clock is wrong. */
const MIN_REFRESH_MS = 10_000
const NEVER = Number.POSITIVE_INFINITY

/** What the component shows. `url` may be set in the state `loading`: then `<image>` loads the picture. */
export interface Picture {
  readonly state: 'empty' | 'loading' | 'ready' | 'failed'
  readonly url: string
}

export interface PictureParts {
  /** The connection of the program; undefined before `connect`. */
  readonly cloud: () => Pick<Cloud, 'resolveImages' | 'refresh'> | undefined
  readonly show: (picture: Picture) => void
  readonly fail: (error: KitError) => void
}

/** One picture by its fileID: gets its URL, and renews it until the component is detached. */
export interface PictureSource {
  setFileID(fileID: string): void
  /** `<image>` has loaded the picture. */
  loaded(): void
  /** `<image>` could not load it: the first time a new URL is tried, since the old one may have expired. */
  broken(message: string): void
  /** Starts again after a failure. */
  retry(): void
  /** Whether the page is visible; a hidden page does not renew its URLs. */
  setVisible(visible: boolean): void
  dispose(): void
}

export function createPicture({ cloud, show, fail }: PictureParts): PictureSource {
  let fileID = ''
  let picture: Picture = { state: 'empty', url: '' }
  /** The number of the current request: late answers to earlier requests are ignored. */
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

  const ask = async (bypassCache: boolean): Promise<void> => {
    turn += 1
    const asked = turn
    const connection = cloud()
    if (connection === undefined) return giveUp(notConnected('cloud-image'))
    const found = bypassCache ? await connection.refresh(fileID) : (await connection.resolveImages([fileID]))[0]
    if (asked !== turn || found === undefined) return
    if (found.error !== undefined) {
      // The picture stays on the screen; its URL is requested again later.
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

  /** Ignores the running request and cancels the planned one. */
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
      // `<image>` loads the same URL again only after another value.
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
