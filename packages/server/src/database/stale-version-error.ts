import { CloudsteadError } from '@cloudstead/protocol'

/** A save is based on a version of a document that is no longer the current one. */
export class StaleVersionError extends CloudsteadError {
  constructor() {
    super('DATABASE_TRANSACTION_CONFLICT', 'the document was changed since it was read')
  }
}
