/** What can be done with files without asking anything first. */
import type { StorageEntry } from '@cloudstead/admin-api'
import { toApiError } from '../../api/errors.ts'
import { call, download } from '../../api/index.ts'
import { say } from '../../i18n/language.ts'
import { copyText } from '../../ui/copy-button.tsx'
import { toast } from '../../ui/toast.tsx'
import { isFolder, nameOf, onThisServer } from './paths.ts'
import { t } from './text.ts'

/** Seconds: a download begins at once. */
const DOWNLOAD_AGE = 300
/** As many paths as one request takes. */
const MAX_ZIPPED = 1_000

/** One file as itself, anything else as one zip. */
export async function downloadEntries(entries: readonly Pick<StorageEntry, 'path'>[]): Promise<void> {
  await telling(async () => {
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
  await telling(async () => copied((await call('getFile', { query: { path } })).fileId))
}

export async function copyUrl(path: string): Promise<void> {
  await telling(async () => copied((await call('createFileUrl', { body: { path } })).url))
}

export async function copied(text: string): Promise<void> {
  if (await copyText(text)) toast(t.copied)
  else toast(t.copyFailed, 'danger')
}

/** There is no place on the page where these happen, so what goes wrong is told in passing. */
async function telling(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const { text, advice, message } = toApiError(thrown)
    toast(
      [say(text), message === text.en ? undefined : message, advice && say(advice)].filter(Boolean).join(' '),
      'danger',
    )
  }
}
