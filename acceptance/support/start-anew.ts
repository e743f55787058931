const TRIES = 3

/** A port that was free may be taken before a program listens on it; then everything is started anew, with other ports. */
export async function startAnew<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start()
    } catch (error) {
      if (tries === TRIES) throw error
    }
  }
}
