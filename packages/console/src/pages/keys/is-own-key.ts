import type { Key } from '@cloudstead/admin-api'
import { session } from '../../app/session.ts'

/** Whether the user is signed in to the Console with this key. */
export function isOwnKey({ kind, id }: Key): boolean {
  const operator = session()?.operator
  return kind === 'api' && operator?.by === 'key' && operator.name === id
}
