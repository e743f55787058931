import { createListeners } from './listeners.ts'

/**
 * WeChat runs ten of request, uploadFile and downloadFile at once, and everything else waits. All uploads of a program
 * together leave two of them for its other calls.
 */
export const MAX_UPLOADS = 8

/** The places that all runs of one program share. A file holds one from asking for its ticket to the last byte. */
export interface Slots {
  /** Takes a place if there is one. */
  take(): boolean
  give(): void
  /** Called whenever a place became free. Returns the way to stop that. */
  onFree(listener: () => void): () => void
}

export function createSlots(limit: number = MAX_UPLOADS): Slots {
  const freed = createListeners()
  let free = limit
  return {
    take() {
      if (free === 0) return false
      free -= 1
      return true
    },
    give() {
      free += 1
      freed.tell()
    },
    onFree: freed.add,
  }
}
