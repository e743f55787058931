/** Actions on files that need no dialog. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { call, detailsOf, download, toApiError } from '../../api/index.ts'
import { say } from '../../i18n/language.ts'
import { copyText } from '../../ui/copy-button.tsx'
import { toast } from '../../ui/toast.tsx'
import { isFolder, nameOf, onThisServer } from './paths.ts'
import { t } from './text.ts'

/** Seconds. Short, because the download starts at once. */
const DOWNLOAD_AGE = 300
/** The most paths in one request. */
const MAX_ZIPPED = 1_000

/** Downloads a single file as it is, and anything else as a zip. */
export async function downloadEntries(entries: readonly Pick<StorageEntry, 'path'>[]): Promise<void> {
  await reporting(async () => {
    const [only] = entries
    if (entries.length === 1 && only !== undefined && !isFolder(only.path)) {
      const { url } = await call('createFileUrl', { body: { path: only.path, maxAge: DOWNLOAD_AGE } })
      const name = nameOf(only.path)
      const address = new URL(onThisServer(url), location.origin)
      address.searchParams.set('download', name)
      download(address.pathname + address.search, name)
      return
    }
    if (entries.length > MAX_ZIPPED) return toast(t.tooMany, 'danger')
    const { url } = await call('createZip', { body: { paths: entries.map(({ path }) => path) } })
    download(onThisServer(url))
    toast(t.downloadStarted)
  })
}

export async function copyFileId(path: string): Promise<void> {
  await reporting(async () => copyAndReport((await call('getFile', { query: { path } })).fileId))
}

export async function copyUrl(path: string): Promise<void> {
  await reporting(async () => copyAndReport((await call('createFileUrl', { body: { path } })).url))
}

/** Copies a text, and reports the result in a toast. */
export async function copyAndReport(text: string): Promise<void> {
  if (await copyText(text)) toast(t.copied)
  else toast(t.copyFailed, 'danger')
}

/** Runs an action, and reports an error in a toast, because these actions have no place of their own on the page. */
async function reporting(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const error = toApiError(thrown)
    const { text, advice } = error
    toast([say(text), detailsOf(error), advice && say(advice)].filter(Boolean).join(' '), 'danger')
  }
}
