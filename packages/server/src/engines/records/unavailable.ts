/**
 * The engine cannot be reached, and it has waited for some seconds. It may be back soon. A commit that rejects with it may
 * have happened.
 */
export class RecordsUnavailableError extends Error {
  override readonly name = 'RecordsUnavailableError'
}
