import { GOOD_NETWORK, type NetworkConditions } from '../../../src/shared/transfer-queue.ts'
import type { NetworkThrottle } from '../../contracts.ts'

/** The network conditions for each setting of the shell's network switch. */
export const THROTTLES: Readonly<Record<NetworkThrottle, NetworkConditions>> = {
  none: GOOD_NETWORK,
  // A weak mobile network, similar to the 2G and 3G presets of browsers.
  slow: { ...GOOD_NETWORK, type: '3g', latencyMs: 400, uploadBytesPerSecond: 50_000 },
  offline: { ...GOOD_NETWORK, type: 'none' },
}
