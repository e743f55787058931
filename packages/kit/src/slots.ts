import { createListeners } from './listeners.ts'

/**
 * WeChat runs at most ten of request, uploadFile and downloadFile at once. All uploads of a program together leave two of
 * them for its other calls.
 */
export const MAX_UPLOADS = 8

/** The upload slots that all runs of one program share. A file holds one from the request for its ticket to its last byte. */
export interface Slots {
  /** Takes a slot; false if none is free. */
  take(): boolean
  give(): void
  /** Calls `listener` whenever a slot becomes free. Returns a function that removes it. */
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
      freed.notify()
    },
    onFree: freed.add,
  }
}
