import type { Records } from '../engines/records/records.ts'
import { USERS_SPACE } from './user-record.ts'

/** How many users there are. */
export function countUsers(records: Records): Promise<number> {
  return records.count(USERS_SPACE)
}
