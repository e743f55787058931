import type { Database } from './database.ts'
import { COMMIT, type Statement } from './statements.ts'

/** The one with the shortest round trip counts. */
const MEASUREMENTS = 3
const NOW: Statement = { text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now' }

/**
 * How far the clock of the server is ahead of the clock of this process, in ms: its time less that of the middle of the
 * round trip. It is wrong by at most half of the shortest round trip.
 */
export function clockOffset(database: Database): Promise<number> {
  return database.snapshot(async (send) => {
    let best = { took: Number.POSITIVE_INFINITY, offset: 0 }
    for (let measured = 0; measured < MEASUREMENTS; measured += 1) {
      const [sent, began] = [Date.now(), performance.now()]
      const results = await send(measured === MEASUREMENTS - 1 ? [NOW, COMMIT] : [NOW])
      const took = performance.now() - began
      if (took < best.took) best = { took, offset: Number(results[0]?.[0]?.now) - (sent + took / 2) }
    }
    return best.offset
  })
}
