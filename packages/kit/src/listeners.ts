/** The listeners of one event. */
export interface Listeners {
  /** Returns a function that removes the listener. */
  add(listener: () => void): () => void
  notify(): void
}

export function createListeners(): Listeners {
  const all = new Set<() => void>()
  return {
    add(listener) {
      all.add(listener)
      return () => all.delete(listener)
    },
    notify() {
      // Listeners that are added or removed by others take effect the next time.
      for (const listener of [...all]) listener()
    },
  }
}
