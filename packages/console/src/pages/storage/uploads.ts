/** The uploads of this browser window: they go on while somebody looks at another page. */
import { call, upload } from '../../api/index.ts'
import { askAboutClash } from './clash.tsx'
import { onThisServer } from './paths.ts'
import { UploadQueue } from './upload-queue.ts'

/** Told where files have arrived. */
type Listener = (paths: readonly string[]) => void
const listeners = new Set<Listener>()

export const uploads = new UploadQueue({
  async issue({ size }, path, overwrite, signal) {
    const { url, headers } = await call('issueUpload', { body: { path, overwrite, size } }, { signal })
    return { url: onThisServer(url), headers }
  },
  send: (url, headers, file, options) => upload(url, headers, file, options),
  ask: askAboutClash,
  onArrived: (paths) => {
    for (const tell of listeners) tell(paths)
  },
})

/** Returns what ends the telling. */
export function onArrived(tell: Listener): () => void {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

addEventListener('beforeunload', (event) => {
  if (uploads.totals().open > 0) event.preventDefault()
})
