/** Who wants to be told of one thing. */
export interface Listeners {
  /** Returns the way to stop. */
  add(listener: () => void): () => void
  tell(): void
}

export function createListeners(): Listeners {
  const all = new Set<() => void>()
  return {
    add(listener) {
      all.add(listener)
      return () => all.delete(listener)
    },
    tell() {
      // Those who are added or leave meanwhile change nothing now.
      for (const listener of [...all]) listener()
    },
  }
}
