import { GOOD_NETWORK, type NetworkConditions } from '../../../src/shared/transfer-queue.ts'
import type { NetworkThrottle } from '../../contracts.ts'

/** What the shell's network switch means for the line. */
export const THROTTLES: Readonly<Record<NetworkThrottle, NetworkConditions>> = {
  none: GOOD_NETWORK,
  // A mobile network at the edge of its cell: what the 2G and 3G presets of browsers lie around.
  slow: { ...GOOD_NETWORK, type: '3g', latencyMs: 400, uploadBytesPerSecond: 50_000 },
  offline: { ...GOOD_NETWORK, type: 'none' },
}
