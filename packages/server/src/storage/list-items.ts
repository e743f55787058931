import { type CloudPath, CloudsteadError, parseFileId } from '@cloudstead/protocol'

/** The result for one item of a list: its error, or none. */
export interface ItemResult {
  readonly fileId: string
  readonly error?: CloudsteadError
}

/** The cloudPath of one item of a list, or the error in its fileID. */
export function parseItem(env: string, fileId: string): CloudPath | CloudsteadError {
  return parsed(() => parseFileId(env, fileId))
}

/** The result of `parse`, or the error of the item. A fault of the server is thrown. */
export function parsed<T>(parse: () => T): T | CloudsteadError {
  try {
    return parse()
  } catch (error) {
    return errorOfItem(error)
  }
}

/** Does the work on one item; resolves to the error of the item. Rejects with a fault of the server. */
export async function itemError(work: () => Promise<unknown>): Promise<CloudsteadError | undefined> {
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
