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

export interface SimulationOptions {
  /** The server's clock in ms. */
  readonly now: () => number
  /** @throws CloudsteadError DATABASE_COLLECTION_NOT_EXIST */
  readonly rules: (collection: string) => Promise<DatabaseRules>
  readonly read: (key: DocumentKey) => Promise<DocumentObject | undefined>
  /** The document as it would be stored. @throws CloudsteadError when it cannot be */
  readonly complete: (caller: Caller, sent: DocumentObject) => IdentifiedDocument
}

/** One question on its way to an answer. */
interface Simulation {
  readonly options: SimulationOptions
  readonly question: DocumentQuestion
  readonly rules: DatabaseRules
  readonly authorizer: Authorizer
  /** The last thing that was allowed. */
  allowed: AllowedAccess | undefined
}

const OWNER_GIVEN = { en: '_openid is set by the server; leave it out', zh: '_openid 由服务器写入，不能自己写' }
const NO_DOCUMENT = { en: 'there is no such document', zh: '没有这个文档' }

/**
 * What rules would say to a request. It is authorized like any other, and changes nothing. `get( )` of rules reads what
 * is stored.
 *
 * @throws CloudsteadError for what no rules are asked about: a collection that is not there, a malformed query or update
 */
export async function simulateDocuments(options: SimulationOptions, question: DocumentQuestion): Promise<Simulated> {
  // The rules that hold say whether there is such a collection.
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
  const update = action === 'update' ? checkedUpdate(question) : undefined
  const scope = await authorizer.scopeOf(accessFor(simulation, action), { query, update })
  if (scope.kind !== 'rule') await find(simulation, action)
}

/** A case of somebody who may update nothing at all has no data. */
function checkedUpdate({ caller, data }: DocumentQuestion): DocumentObject {
  if (data === undefined) return {}
  if (compileUpdate(data, caller) !== undefined) return data
  throw new CloudsteadError('INVALID_PARAM', 'the update changes nothing')
}

async function create(simulation: Simulation, sent: DocumentObject): Promise<void> {
  const { authorizer, options, question } = simulation
  const access = accessFor(simulation, 'create')
  authorizer.checkOperation(access)
  await authorizer.checkInsert(access, [{ sent, complete: options.complete(question.caller, sent) }])
}

/** Replaces a document, or inserts the one that is not there. */
async function set(simulation: Simulation, query: DocumentObject, replacement: DocumentObject): Promise<void> {
  const { authorizer, options, question } = simulation
  const { caller, collection, doc } = question
  const { _id } = options.complete(caller, { ...(doc !== undefined && { _id: doc }), ...replacement })
  const scope = await authorizer.scopeOf(accessFor(simulation, 'update'), { query, replacement, upsert: true })
  const stored = await readDocument(simulation, { collection, id: _id })
  if (stored === undefined) await create(simulation, { ...replacement, _id })
  else if (scope.kind !== 'rule') await find(simulation, 'update')
}

/** A preset filters: of one document it is asked whether it is found. */
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
  // In its written form, in which regular expressions and dates are objects like any others.
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

/** What is denied whatever the rules say. */
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
