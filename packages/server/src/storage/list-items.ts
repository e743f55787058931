import { type CloudPath, CloudsteadError, parseFileId } from '@cloudstead/protocol'

/** What became of one item of a list: its error, or nothing. */
export interface ItemResult {
  readonly fileId: string
  readonly error?: CloudsteadError
}

/** The cloudPath of one item of a list, or what is wrong with its fileID: a bad one does not fail the others. */
export function parseItem(env: string, fileId: string): CloudPath | CloudsteadError {
  return parsed(() => parseFileId(env, fileId))
}

/** What `parse` returns, or the error that it throws about its item. A fault of the server is no error of an item. */
export function parsed<T>(parse: () => T): T | CloudsteadError {
  try {
    return parse()
  } catch (error) {
    return errorOfItem(error)
  }
}

/** Runs the work on one item; resolves to its error. A fault of the server fails the whole call. */
export async function itemError(work: () => Promise<void>): Promise<CloudsteadError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return errorOfItem(error)
  }
}

function errorOfItem(error: unknown): CloudsteadError {
  if (error instanceof CloudsteadError) return error
  throw error
}
