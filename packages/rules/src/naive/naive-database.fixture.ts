/** The variables of database rules: a request as plain data for the naive evaluator. */
import { Changed, type NaiveWorld } from './naive-evaluator.fixture.ts'
import { authVariable, type NaiveRequest, ownerOf } from './naive-storage.fixture.ts'

type Document = Readonly<Record<string, unknown>>

/** A request for a document. */
export interface NaiveDatabaseRequest {
  readonly auth: NaiveRequest['auth']
  readonly doc?: Document
  /** The fields that an update sets, and the fields that it changes to an unknown value. */
  readonly update?: { readonly set: Document; readonly changed: readonly string[] }
  /** By collection, then by id. */
  readonly documents: Readonly<Record<string, Readonly<Record<string, Document>>>>
  readonly now: number
}

/** The variables of a database rule, and the documents that it can get. */
export function databaseWorld(request: NaiveDatabaseRequest, visited: Set<string>): NaiveWorld {
  const { auth, doc, update, documents, now } = request
  const data = update && Object.fromEntries([...Object.entries(update.set), ...update.changed.map(changedField)])
  return {
    visited,
    variables: {
      auth: authVariable(auth),
      doc: doc && withOwner(doc, request),
      request: { data },
      now,
    },
    document(collection, id) {
      const found = typeof id === 'string' ? documents[collection]?.[id] : undefined
      return found && withOwner(found, request)
    },
  }
}

function changedField(name: string): readonly [string, Changed] {
  return [name, new Changed()]
}

/** `_openid` is a person if it is an id. */
function withOwner(document: Document, request: NaiveDatabaseRequest): Document {
  const { _openid } = document
  const owner = typeof _openid === 'string' ? ownerOf([_openid], request) : undefined
  return Object.fromEntries([...Object.entries(document), ['_openid', owner]])
}
