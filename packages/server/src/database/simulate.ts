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
import type { Access, AllowedAccess, CaseMembers } from './access-record.ts'
import { type Authorizer, createAuthorizer } from './authorize.ts'
import type { IdentifiedDocument } from './document-id.ts'
import { checkQuery } from './query-check.ts'
import { RequestBudget } from './request-budget.ts'
import { compileUpdate } from './update.ts'

/** A simulated request. */
export interface DocumentQuestion {
  /** Rules do not apply to administrators. */
  readonly caller: Exclude<Caller, { readonly kind: 'admin' }>
  /** `set` replaces a document, or inserts it. */
  readonly action: DatabaseOperation | 'set'
  readonly collection: string
  /** One document by its id. */
  readonly doc?: string | number | undefined
  /** A query, as an app writes it. Without `doc` and `where`: all documents. */
  readonly where?: DocumentObject | undefined
  /** The document of `create` and `set`, the operators of `update`. */
  readonly data?: DocumentObject | undefined
  /** What to assume as stored under the id: a document, null for none, undefined for what is really stored. */
  readonly stored?: DocumentObject | null | undefined
  /** Documents to assume as stored, by collection. */
  readonly documents?: ReadonlyMap<string, readonly DocumentObject[]> | undefined
  /** Rules to use instead of the current ones. */
  readonly rules?: DatabaseRules | undefined
}

export interface SimulationOptions {
  /** The server's clock in ms. */
  readonly now: () => number
  /** @throws CloudsteadError DATABASE_COLLECTION_NOT_EXIST */
  readonly rules: (collection: string) => Promise<DatabaseRules>
  readonly read: (key: DocumentKey) => Promise<DocumentObject | undefined>
  /** Completes a document for an insert. @throws CloudsteadError when it must not be inserted */
  readonly complete: (caller: Caller, sent: DocumentObject) => IdentifiedDocument
}

/** The state of one simulation. */
interface Simulation {
  readonly options: SimulationOptions
  readonly question: DocumentQuestion
  readonly rules: DatabaseRules
  readonly authorizer: Authorizer
  /** The last access that was allowed. */
  allowed: AllowedAccess | undefined
}

const OWNER_GIVEN = { en: '_openid is set by the server; leave it out', zh: '_openid 由服务器写入，不能自己写' }
const NO_DOCUMENT = { en: 'there is no such document', zh: '没有这个文档' }

/**
 * Whether rules would allow a request. The simulation uses the same authorizer as real requests, and changes nothing.
 * `get( )` in rules reads stored documents.
 *
 * @throws CloudsteadError for errors that do not depend on rules: a missing collection, a malformed query or update
 */
export async function simulateDocuments(options: SimulationOptions, question: DocumentQuestion): Promise<Simulated> {
  // Also throws when the collection does not exist.
  const current = await options.rules(question.collection)
  const simulation: Simulation = {
    options,
    question,
    rules: question.rules ?? current,
    authorizer: createAuthorizer({
      now: options.now,
      read: (key) => readDocument(simulation, key),
      onAllowed: (access) => {
        simulation.allowed = access
      },
    }),
    allowed: undefined,
  }
  try {
    await ask(simulation)
  } catch (error) {
    if (error instanceof DeniedError) {
      const explanation = error.explain()
      if (explanation === undefined) throw error
      const { as: _, expect: __, ...asked } = error.case
      return { allowed: false, explanation, asked }
    }
    const isOwnerGiven = error instanceof CloudsteadError && error.code === 'DATABASE_PERMISSION_DENIED'
    if (!isOwnerGiven) throw error
    return { allowed: false, explanation: ownerGiven(simulation), asked: membersOf(question) }
  }
  if (simulation.allowed === undefined) throw new Error('the request was neither allowed nor denied')
  const { explanation, asked } = simulation.allowed
  return { allowed: explanation.allowed, explanation, asked }
}

async function ask(simulation: Simulation): Promise<void> {
  const { authorizer, question } = simulation
  const { action, data } = question
  if (action === 'create') return create(simulation, data ?? {})
  authorizer.checkOperation(accessFor(simulation, operationOf(action)), action === 'set')
  const query = queryOf(simulation)
  if (action === 'set') return set(simulation, query, data ?? {})
  const update = action === 'update' ? checkedUpdate(question, query) : undefined
  const scope = await authorizer.scopeOf(accessFor(simulation, action), { query, update })
  if (scope.kind !== 'rule') await find(simulation, action)
}

/** A recorded case of a caller who may not update anything has no data. */
function checkedUpdate({ caller, data }: DocumentQuestion, query: DocumentObject): DocumentObject {
  if (data === undefined) return {}
  if (compileUpdate(data, { caller, budget: new RequestBudget(), query }) !== undefined) return data
  throw new CloudsteadError('INVALID_PARAM', { en: 'the update changes nothing', zh: '该更新没有修改任何内容' })
}

async function create(simulation: Simulation, sent: DocumentObject): Promise<void> {
  const { authorizer, options, question } = simulation
  const access = accessFor(simulation, 'create')
  authorizer.checkOperation(access)
  await authorizer.checkInsert(access, [{ sent, complete: options.complete(question.caller, sent) }])
}

/** Replaces a document, or inserts it when it is missing. */
async function set(simulation: Simulation, query: DocumentObject, replacement: DocumentObject): Promise<void> {
  const { authorizer, options, question } = simulation
  const { caller, collection, doc } = question
  const { _id } = options.complete(caller, { ...(doc !== undefined && { _id: doc }), ...replacement })
  const scope = await authorizer.scopeOf(accessFor(simulation, 'update'), { query, replacement, upsert: true })
  const stored = await readDocument(simulation, { collection, id: _id })
  if (stored === undefined) await create(simulation, { ...replacement, _id })
  else if (scope.kind !== 'rule') await find(simulation, 'update')
}

/** A preset filters, so for one document the question is whether it would be found. */
async function find(simulation: Simulation, operation: DatabaseOperation): Promise<void> {
  const { options, question, rules } = simulation
  const { caller, collection, doc } = question
  if (doc === undefined) return
  const stored = await readDocument(simulation, { collection, id: doc })
  const context = { auth: personOf(caller), now: options.now(), ...(stored && { doc: stored }) }
  const judged = rules.explain(operation, context, { target: `${collection}/${doc}` })
  const explanation = stored === undefined && !judged.allowed ? { ...judged, reason: NO_DOCUMENT } : judged
  const found = stored === undefined ? null : encodeWebValue(stored)
  const { where: _, ...asked } = simulation.allowed?.asked ?? {}
  simulation.allowed = { explanation, asked: { ...asked, doc, stored: found } }
}

async function readDocument({ options, question }: Simulation, key: DocumentKey): Promise<DocumentObject | undefined> {
  const { collection, doc, stored, documents } = question
  if (stored !== undefined && key.collection === collection && key.id === doc) return stored ?? undefined
  return documents?.get(key.collection)?.find(({ _id }) => _id === key.id) ?? options.read(key)
}

function queryOf({ options, question }: Simulation): DocumentObject {
  const { caller, doc, where = {} } = question
  // Encoded, so that regular expressions and dates are plain objects.
  const written = encodeWebValue(doc === undefined ? where : { _id: doc }) as DocumentData
  const query = decodeWebValue(judgedQuery(written, personOf(caller)), options.now())
  return checkQuery(query as DocumentObject, caller)
}

function operationOf(action: DocumentQuestion['action']): DatabaseOperation {
  return action === 'set' ? 'update' : action
}

function accessFor({ question: { caller, collection }, rules }: Simulation, operation: DatabaseOperation): Access {
  return { caller, operation, collection, rules }
}

/** The explanation of a denial that does not depend on rules. */
function ownerGiven({ question: { action, collection }, rules }: Simulation): Explanation {
  return { operation: operationOf(action), acl: rules.acl, target: collection, allowed: false, reason: OWNER_GIVEN }
}

function membersOf({ action, collection, doc, where, data }: DocumentQuestion): CaseMembers {
  return {
    action,
    collection,
    ...(doc === undefined ? {} : { doc }),
    ...(where === undefined ? {} : { where: encodeWebValue(where) }),
    ...(data === undefined ? {} : { data: encodeWebValue(data) }),
  }
}
