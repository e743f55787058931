import type { Caller } from '@cloudstead/protocol'

/**
 * One action of dialect A or B: gets the decoded parameters, answers the top-level members of the body beside
 * `requestId` (usually `{ data }`). Throws CloudsteadError; the edge turns it into `{ code, message, requestId }`.
 */
export type ActionHandler = (
  caller: Caller,
  params: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>

/** Actions by their wire name, such as `storage.getUploadMetadata`. An action that is in no table is refused. */
export type ActionTable = Readonly<Record<string, ActionHandler>>
