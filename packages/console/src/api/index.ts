export { type Answer, addressOfFile, call, type Input, lines } from './client.ts'
export { ApiError, isAbort, type ShownProblem, toApiError } from './errors.ts'
export { download, downloadText, upload } from './transfer.ts'
