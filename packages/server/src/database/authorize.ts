import {
  type AdminCaller,
  type Caller,
  CloudsteadError,
  type DocumentObject,
  encodeWebValue,
  isDocumentObject,
  personOf,
} from '@cloudstead/protocol'
import {
  createdData,
  type DatabaseRuleContext,
  type DatabaseRules,
  type Decision,
  type DocumentData,
  type DocumentKey,
  fixedId,
  Lookups,
  replacedData,
  updatedData,
} from '@cloudstead/rules'
import {
  type Access,
  type AllowedAccess,
  allowedAccess,
  type CaseMembers,
  changesOf,
  deniedError,
  documentsOf,
  type OperationDetails,
} from './access-record.ts'
import type { IdentifiedDocument } from './document-id.ts'
import { isOnlyId } from './query-conditions.ts'
import type { Scope } from './scope.ts'

/** A document to insert: as it was sent, and as it would be stored. */
interface NewDocument {
  readonly sent: DocumentObject
  readonly complete: IdentifiedDocument
}

export interface AuthorizerOptions {
  /** The server's clock in ms. */
  readonly now: () => number
  readonly read: (key: DocumentKey) => Promise<DocumentObject | undefined>
  /** Called for each access that is allowed. Recording it costs time, so only simulations pass it. */
  readonly onAllowed?: (access: AllowedAccess) => void
}

/** The documents that rules do not exclude in advance. */
type Reach = Exclude<ReturnType<DatabaseRules['reach']>, { readonly kind: 'none' }>

/**
 * Decides what callers may do with the documents of collections. It is the only place that decides this, and denies
 * everything that it does not allow. Presets filter: documents of others are not found. Custom rules validate: a query
 * must imply the rule, or select one document by its id, which is then evaluated as it is stored. In any case the rule is
 * evaluated again for each document that is read or changed.
 */
export interface Authorizer {
  /**
   * Checks an operation before its query is known, and tells which documents it may reach at most.
   *
   * @param upsert whether it may insert a document when none matches; the insert is authorized separately
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  checkOperation(access: Access, upsert?: boolean): Reach
  /**
   * The documents that an operation may touch.
   *
   * @param stored the document that the query names by its id, if it was read already
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  scopeOf(access: Access, details: OperationDetails, stored?: DocumentObject): Promise<Scope>
  /**
   * Checks the insert of documents. One that is denied denies all.
   *
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  checkInsert(access: Access, documents: readonly NewDocument[]): Promise<void>
}

const ALL: Reach = { kind: 'all' }
const RULED: Reach = { kind: 'rule' }

export function createAuthorizer({ now, read, onAllowed }: AuthorizerOptions): Authorizer {
  const lookUp = async (key: DocumentKey): Promise<DocumentData | null> => (await read(key)) ?? null
  const contextOf = (caller: Caller, documents: Lookups) => ({ auth: personOf(caller), now: now(), documents })

  function checkOperation(access: Access, upsert = false): Reach {
    const { caller, operation, rules } = access
    if (caller.kind === 'admin') return ALL
    const auth = personOf(caller)
    const reach = rules.reach(operation, auth)
    if (reach.kind !== 'none') return reach
    if (upsert) return RULED
    const context = { auth, now: now() }
    throw deniedError(access, {}, rules.evaluate(operation, context).reason, (target) =>
      rules.explain(operation, context, { target }),
    )
  }

  async function scopeOf(access: Access, details: OperationDetails, stored?: DocumentObject): Promise<Scope> {
    const reach = checkOperation(access, details.upsert)
    if (reach.kind === 'rule') return (await scopeOfOne(access, details, stored)) ?? ruledScope(access, details)
    if (onAllowed !== undefined) {
      const { caller, operation, rules } = access
      const { query } = details
      const context = contextOf(caller, new Lookups())
      const members = { where: encodeWebValue(query), ...changesOf(details) }
      onAllowed(allowedAccess(access, members, (target) => rules.explain(operation, context, { target, query })))
    }
    return reach
  }

  /** How the rule judges documents in an operation, with what it looks up. */
  function ruling({ caller, operation, rules }: Access, details: OperationDetails, lookups: Lookups) {
    const { query, update, replacement } = details
    const base = contextOf(caller, lookups)
    const contextWith = (doc: DocumentObject | undefined): DatabaseRuleContext => {
      const data = dataOf(update, replacement, doc)
      return { ...base, ...(doc && { doc }), ...(data && { data }) }
    }
    const scope: Scope = {
      kind: 'rule',
      allows: (document) => rules.evaluate(operation, contextWith(document)).allowed,
      cost: update === undefined || fixedId(query) !== undefined ? 0 : namesCost(update),
    }
    return { contextWith, scope }
  }

  /**
   * Most operations on one document are allowed as it is stored: then a proof from the query, which costs as much as
   * everything else, would change nothing. Undefined when `ruledScope` has to decide or to explain.
   */
  async function scopeOfOne(access: Access, details: OperationDetails, known?: DocumentObject) {
    const { operation, collection, rules } = access
    const { query } = details
    const id = fixedId(query)
    if (id === undefined || !isOnlyId(query) || onAllowed !== undefined) return undefined
    const stored = known ?? (await read({ collection, id }))
    if (stored === undefined) return undefined
    const lookups = new Lookups()
    const { contextWith, scope } = ruling(access, details, lookups)
    const evaluated = contextWith(stored)
    const { allowed } = await lookups.settle(() => rules.evaluate(operation, evaluated), lookUp)
    return allowed ? scope : undefined
  }

  async function ruledScope(access: Access, details: OperationDetails): Promise<Scope> {
    const { operation, collection, rules } = access
    const { query, replacement, upsert } = details
    const lookups = new Lookups()
    const { contextWith, scope } = ruling(access, details, lookups)
    const context = contextWith(undefined)
    const id = fixedId(query)
    /** Reports an allowed access, throws a denied one. `by`: the query, when the decision is a proof. */
    const conclude = (
      { allowed, reason }: Decision,
      members: () => CaseMembers,
      evaluated: DatabaseRuleContext,
      by?: { readonly query: DocumentObject },
    ): Scope => {
      if (allowed && onAllowed === undefined) return scope
      const asked = { ...members(), ...documentsOf(lookups) }
      const explain = (target: string) => rules.explain(operation, evaluated, { target, ...by })
      if (!allowed) throw deniedError(access, asked, reason, explain)
      onAllowed?.(allowedAccess(access, asked, explain))
      return scope
    }
    const where = () => ({ where: encodeWebValue(query), ...changesOf(details) })
    const one = () => ({ doc: id, ...changesOf(details) })
    const prove = () => lookups.settle(() => rules.prove(operation, query, context), lookUp)
    // What a replacement removes depends on the stored document, so there is no proof from the query alone.
    const proof = replacement === undefined ? await prove() : undefined
    if (id === undefined) {
      if (proof !== undefined) return conclude(proof, where, context, { query })
      throw new CloudsteadError('DATABASE_PERMISSION_DENIED', {
        en: 'under custom rules, set() replaces one document by its id',
        zh: '使用自定义规则时，set() 只能按 id 替换一个文档',
      })
    }
    const isOne = isOnlyId(query)
    // An update of one document is also evaluated on the stored document: it may overwrite protected fields.
    if (proof?.allowed && !(operation === 'update' && isOne)) {
      return conclude(proof, isOne ? one : where, context, { query })
    }
    const stored = await read({ collection, id })
    if (stored === undefined) {
      if (upsert === true) return scope
      // A missing document is denied like a hidden one, so that the response does not reveal which ids exist. The rule
      // is not evaluated on it: `doc.secret == null` would be true.
      return conclude(proof ?? (await prove()), () => ({ ...one(), stored: null }), context, { query })
    }
    const evaluated = contextWith(stored)
    const decision = await lookups.settle(() => rules.evaluate(operation, evaluated), lookUp)
    return conclude(decision, () => ({ ...one(), stored: encodeWebValue(stored) }), evaluated)
  }

  async function checkInsert(access: Access, documents: readonly NewDocument[]): Promise<void> {
    const isRuled = checkOperation(access).kind === 'rule'
    if (!isRuled && onAllowed === undefined) return
    const { caller, rules } = access
    const lookups = new Lookups()
    const base = contextOf(caller, lookups)
    for (const { sent, complete } of documents) {
      const context = { ...base, doc: complete, data: createdData(sent) }
      const members = () => ({ data: encodeWebValue(sent), ...documentsOf(lookups) })
      const explain = (target: string) => rules.explain('create', context, { target })
      if (isRuled) {
        const decision = await lookups.settle(() => rules.evaluate('create', context), lookUp)
        if (!decision.allowed) throw deniedError(access, members(), decision.reason, explain)
      }
      onAllowed?.(allowedAccess(access, members(), explain))
    }
  }

  return { checkOperation, scopeOf, checkInsert }
}

/** @throws CloudsteadError DATABASE_PERMISSION_DENIED unless the caller is an administrator. */
export function authorizeAdministration(caller: Caller): AdminCaller {
  if (caller.kind === 'admin') return caller
  throw new CloudsteadError('DATABASE_PERMISSION_DENIED', {
    en: 'only administrators may manage collections',
    zh: '只有管理员可以管理集合',
  })
}

/** Names in an update that cost nothing when a rule is evaluated with them. */
const MAX_QUICK_NAMES = 100
/** Cost of each name of a longer update: 900 fields take 3 ms for each document, and one request can have 90,000. */
const NAME_COST = 100

function namesCost(update: DocumentObject): number {
  let names = 0
  const visit = (fields: DocumentObject): void => {
    for (const [name, value] of Object.entries(fields)) {
      names += name.split('.').length
      if (isDocumentObject(value)) visit(value)
    }
  }
  visit(update)
  return names > MAX_QUICK_NAMES ? names * NAME_COST : 0
}

/** `request.data` of an update or a replacement. */
function dataOf(
  update: DocumentObject | undefined,
  replacement: DocumentObject | undefined,
  stored: DocumentObject | undefined,
): DocumentData | undefined {
  if (replacement !== undefined) return replacedData(replacement, stored ?? {})
  return update && updatedData(update, stored)
}
