/** The uploads of this browser window. They continue while another page is shown. */
import { call, upload } from '../../api/index.ts'
import { askAboutClash } from './clash-dialog.tsx'
import { onThisServer } from './paths.ts'
import { UploadQueue } from './upload-queue.ts'

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
    for (const listener of listeners) listener(paths)
  },
})

/** Calls a listener with the paths of uploaded files. Returns a function that removes it. */
export function onArrived(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

addEventListener('beforeunload', (event) => {
  if (uploads.totals().open > 0) event.preventDefault()
})
