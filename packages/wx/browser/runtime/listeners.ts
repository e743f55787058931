/** A set of listeners that survives listeners that throw. */
export class ListenerSet<Value> {
  readonly #listeners = new Set<(value: Value) => void>()

  /** Returns how to stop. */
  add(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(value: Value): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value)
      } catch (error) {
        console.error(error)
      }
    }
  }
}
