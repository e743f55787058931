import { RecordsUnavailableError } from '../unavailable.ts'

/** The database cannot be used; the message says what to do. It never contains the password. */
export class RecordsDatabaseError extends Error {
  override readonly name = 'RecordsDatabaseError'
}

/** Says what to do about an error at the start, where it is known; else returns the error itself. */
export function explained(thrown: unknown, url: string): unknown {
  const isAway = thrown instanceof RecordsUnavailableError
  const error = isAway ? thrown.cause : thrown
  const { hostname, port, username, pathname } = new URL(url)
  const server = `${hostname === '' ? 'localhost' : hostname}:${port === '' ? 5432 : port}`
  const database = decoded(pathname.slice(1))
  const code = String((error as { readonly code?: unknown } | null)?.code ?? '')
  const reason = code === '' ? (error as Error).message : code
  switch (code) {
    case '28P01':
    case '28000':
      return new RecordsDatabaseError(
        `the PostgreSQL server at ${server} refuses the user "${decoded(username)}" (${reason}): check the name and the password`,
      )
    case '3D000':
      return new RecordsDatabaseError(`the PostgreSQL server at ${server} has no database "${database}": create it`)
    case '42501':
      return new RecordsDatabaseError(
        `the user "${decoded(username)}" may not create tables in the database "${database}": make it the owner of the database`,
      )
    default:
      // Errors of PostgreSQL have a code of five characters; the others are those of the driver and of TLS.
      if (!isAway && /^[0-9A-Z]{5}$/.test(code)) return error
      return new RecordsDatabaseError(
        `there is no PostgreSQL server to reach at ${server} (${reason}): check the address, and that the server runs`,
      )
  }
}

/** The text of a part of a URL; the part itself when it is encoded wrongly. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
