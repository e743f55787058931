import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  decodeWebValue,
  encodeWebValue,
  personOf,
} from '@cloudstead/protocol'
import type { DatabaseOperation, DatabaseRules, DocumentData, DocumentKey, Explanation } from '@cloudstead/rules'
import { judgedQuery } from '@cloudstead/rules/testing'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Simulated } from '../decisions/simulated.ts'
import { Door, type Entry, type Judged, type NewDocument } from './authorize.ts'
import { checkQuery } from './query-check.ts'
import { compileUpdate } from './update.ts'

/** A request about documents that nobody made. */
export interface DocumentQuestion {
  /** Administrators have no rules to be asked. */
  readonly caller: Exclude<Caller, { readonly kind: 'admin' }>
  /** `set` puts a document in the place of another, or makes it. */
  readonly action: DatabaseOperation | 'set'
  readonly collection: string
  /** One document by its id. */
  readonly doc?: string | number | undefined
  /** All that a query finds, as an app writes it. Without both: all documents. */
  readonly where?: DocumentObject | undefined
  /** The document of `create` and `set`, the operators of `update`. */
  readonly data?: DocumentObject | undefined
  /** What is to count as stored under the id, null for nothing; undefined: what is. */
  readonly stored?: DocumentObject | null | undefined
  /** Documents that count as stored, by collection. */
  readonly documents?: ReadonlyMap<string, readonly DocumentObject[]> | undefined
  /** Other rules than those that hold. */
  readonly rules?: DatabaseRules | undefined
}

/** What the database lends to a simulation. */
export interface SimulationParts {
  readonly now: () => number
  /** @throws CloudsteadError DATABASE_COLLECTION_NOT_EXIST */
  readonly rules: (collection: string) => Promise<DatabaseRules>
  readonly read: (key: DocumentKey) => Promise<DocumentObject | undefined>
  /** The document as it would be stored. @throws CloudsteadError when it cannot be */
  readonly newDocument: (caller: Caller, sent: DocumentObject) => NewDocument['complete']
}

/**
 * What rules would say to a request. It goes through the door that requests go through, and changes nothing. `get( )`
 * of rules reads what is stored.
 *
 * @throws CloudsteadError for what no rules are asked about: a collection that is not there, a malformed query or update
 */
export async function simulateDocuments(parts: SimulationParts, question: DocumentQuestion): Promise<Simulated> {
  // Those that hold say whether there is such a collection.
  const held = await parts.rules(question.collection)
  return new Simulation(parts, question, question.rules ?? held).run()
}

const OWNER_GIVEN = { en: '_openid is set by the server; leave it out', zh: '_openid 由服务器写入，不能自己写' }
const NO_DOCUMENT = { en: 'there is no such document', zh: '没有这个文档' }

class Simulation {
  readonly #parts: SimulationParts
  readonly #question: DocumentQuestion
  readonly #rules: DatabaseRules
  readonly #door: Door
  /** The last thing that was allowed. */
  #allowed: Judged | undefined

  constructor(parts: SimulationParts, question: DocumentQuestion, rules: DatabaseRules) {
    this.#parts = parts
    this.#question = question
    this.#rules = rules
    this.#door = new Door({
      now: parts.now,
      read: (key) => this.#read(key),
      onAllowed: (judged) => {
        this.#allowed = judged
      },
    })
  }

  async run(): Promise<Simulated> {
    try {
      await this.#ask()
    } catch (error) {
      const explanation = error instanceof DeniedError ? error.explain() : this.#ownerGiven(error)
      if (explanation === undefined) throw error
      return { allowed: false, explanation, asked: error instanceof DeniedError ? askedBy(error) : this.#asked() }
    }
    const { explanation, asked } = this.#allowed ?? unasked()
    return { allowed: explanation.allowed, explanation, asked }
  }

  async #ask(): Promise<void> {
    const { action, data } = this.#question
    if (action === 'create') return this.#create(data ?? {})
    this.#door.enter(this.#entry(action === 'set' ? 'update' : action), action === 'set')
    const query = this.#query()
    if (action === 'set') return this.#set(query, data ?? {})
    const update = action === 'update' ? this.#update(data) : undefined
    const scope = await this.#door.scope(this.#entry(action), { query, update })
    if (scope.kind !== 'rule') await this.#find(action)
  }

  /** A case of somebody who may update nothing at all has no data. */
  #update(data: DocumentObject | undefined): DocumentObject {
    if (data === undefined) return {}
    if (compileUpdate(data, this.#question.caller) !== undefined) return data
    throw new CloudsteadError('INVALID_PARAM', 'the update changes nothing')
  }

  async #create(sent: DocumentObject): Promise<void> {
    const { caller } = this.#question
    const entry = this.#entry('create')
    this.#door.enter(entry)
    await this.#door.admit(entry, [{ sent, complete: this.#parts.newDocument(caller, sent) }])
  }

  /** Changes a document, or makes the one that is not there. */
  async #set(query: DocumentObject, replacement: DocumentObject): Promise<void> {
    const { caller, collection, doc } = this.#question
    const complete = this.#parts.newDocument(caller, { ...(doc !== undefined && { _id: doc }), ...replacement })
    const scope = await this.#door.scope(this.#entry('update'), { query, replacement, upsert: true })
    const stored = await this.#read({ collection, id: complete._id })
    if (stored === undefined) await this.#create({ ...replacement, _id: complete._id })
    else if (scope.kind !== 'rule') await this.#find('update')
  }

  /** A preset filters: of one document it is asked whether it is found. */
  async #find(action: DatabaseOperation): Promise<void> {
    const { caller, collection, doc } = this.#question
    if (doc === undefined) return
    const stored = await this.#read({ collection, id: doc })
    const context = { auth: personOf(caller), now: this.#parts.now(), ...(stored && { doc: stored }) }
    const judged = this.#rules.explain(action, context, { target: `${collection}/${doc}` })
    const explanation = stored === undefined && !judged.allowed ? { ...judged, reason: NO_DOCUMENT } : judged
    const found = stored === undefined ? null : encodeWebValue(stored)
    const { where: _, ...asked } = this.#allowed?.asked ?? {}
    this.#allowed = { explanation, asked: { ...asked, doc, stored: found } }
  }

  async #read(key: DocumentKey): Promise<DocumentObject | undefined> {
    const { collection, doc, stored, documents } = this.#question
    if (stored !== undefined && key.collection === collection && key.id === doc) return stored ?? undefined
    return documents?.get(key.collection)?.find(({ _id }) => _id === key.id) ?? this.#parts.read(key)
  }

  #query(): DocumentObject {
    const { caller, doc, where = {} } = this.#question
    // In its written form, in which regular expressions and dates are objects like any others.
    const written = encodeWebValue(doc === undefined ? where : { _id: doc }) as DocumentData
    const query = decodeWebValue(judgedQuery(written, personOf(caller)), this.#parts.now())
    return checkQuery(query as DocumentObject, caller)
  }

  #entry(action: DatabaseOperation): Entry {
    const { caller, collection } = this.#question
    return { caller, action, collection, rules: this.#rules }
  }

  /** What is refused whatever the rules say. */
  #ownerGiven(error: unknown): Explanation | undefined {
    if (!(error instanceof CloudsteadError) || error.code !== 'DATABASE_PERMISSION_DENIED') return undefined
    const { action, collection } = this.#question
    const operation = action === 'set' ? 'update' : action
    return { operation, acl: this.#rules.acl, target: collection, allowed: false, reason: OWNER_GIVEN }
  }

  #asked(): Readonly<Record<string, unknown>> {
    const { action, collection, doc, where, data } = this.#question
    return {
      action,
      collection,
      ...(doc === undefined ? {} : { doc }),
      ...(where === undefined ? {} : { where: encodeWebValue(where) }),
      ...(data === undefined ? {} : { data: encodeWebValue(data) }),
    }
  }
}

function askedBy({ case: { as: _, expect: __, ...asked } }: DeniedError): Readonly<Record<string, unknown>> {
  return asked
}

function unasked(): never {
  throw new Error('the door neither allowed nor refused')
}
