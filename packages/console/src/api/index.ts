export { type Answer, addressOfFile, call, type Input, lines } from './client.ts'
export { ApiError, detailsOf, isAbort, toApiError } from './errors.ts'
export { download, downloadText, upload } from './transfer.ts'
