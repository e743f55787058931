import { createHash } from 'node:crypto'
import type { ConfigFile } from '../config/index.ts'

/** Letters of the hash: enough to see a difference. */
const LENGTH = 12

/** Identifies the text of the configuration file, so that servers with different files can be noticed. */
export function configHash(file: Pick<ConfigFile, 'state'>): string {
  return createHash('sha256')
    .update(file.state().text ?? '')
    .digest('hex')
    .slice(0, LENGTH)
}
