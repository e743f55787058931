import type { Caller } from '@cloudstead/protocol'
import type { DeniedError } from '../../decisions/denied-error.ts'

/** What an action may know of the request beyond its parameters. */
export interface ActionContext {
  /** `http://host:port` under which this client reaches the server; for the URLs it is handed. No trailing slash. */
  readonly origin: string
  /** To be told of the items that the rules denied, in an answer that is no error as a whole. Once for a request. */
  readonly denied: (errors: readonly DeniedError[]) => void
}

/**
 * One action of dialect A or B: gets the decoded parameters, answers the top-level members of the body beside
 * `requestId` (usually `{ data }`). Throws CloudsteadError; the edge turns it into `{ code, message, requestId }`.
 */
export type ActionHandler = (
  caller: Caller,
  params: Readonly<Record<string, unknown>>,
  context: ActionContext,
) => Promise<Readonly<Record<string, unknown>>>

/** Actions by their wire name, such as `storage.getUploadMetadata`. An action that is in no table is refused. */
export type ActionTable = Readonly<Record<string, ActionHandler>>
