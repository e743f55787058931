import type { Caller } from '@cloudstead/protocol'
import type { ResultRoom } from '../../database/request-budget.ts'
import type { DeniedError } from '../../decisions/denied-error.ts'
import type { Params } from '../params.ts'

/** What an action gets of the request besides the caller and the parameters. */
export interface ActionContext {
  /** The origin for URLs in the answer, at which this client reaches the server: `http://host:port`, no trailing slash. */
  readonly origin: string
  /** Records the items that the rules denied when the answer as a whole is not an error. Call it once per request. */
  readonly denied: (errors: readonly DeniedError[]) => void
  /** The memory for large results, until the client has read the answer. */
  readonly room: ResultRoom
  readonly requestId: string
  readonly clientAddress: () => string
  /** The parameters in the URL. */
  readonly query: () => Params
  /** The token of the call of a function that makes this request; undefined for all other requests. */
  readonly within: string | undefined
}

/**
 * An action of dialect A or B. Returns the top-level members of the answer other than `requestId`, usually `{ data }`.
 * Throws CloudsteadError, which becomes `{ code, message, requestId }`.
 */
export type ActionHandler = (
  caller: Caller,
  params: Readonly<Record<string, unknown>>,
  context: ActionContext,
) => Promise<Readonly<Record<string, unknown>>>

/** Actions by their wire name, such as `storage.getUploadMetadata`. Other actions are refused. */
export type ActionTable = Readonly<Record<string, ActionHandler>>
