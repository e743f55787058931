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
  type DatabaseOperation,
  type DatabaseRuleContext,
  type DatabaseRules,
  type DocumentData,
  type DocumentKey,
  type Explanation,
  Lookups,
  replacedData,
  updatedData,
} from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'
import type { IdentifiedDocument } from './document-id.ts'
import { fixedId, isOnlyId } from './query-conditions.ts'

/** Which documents an action may touch: all, those whose `_openid` is one of these ids, or those that a rule allows. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'own'; readonly ids: readonly string[] }
  | {
      readonly kind: 'rule'
      readonly allows: (document: DocumentObject) => boolean
      /** Whether asking about many documents may take long. */
      readonly costly: boolean
    }

/** An action on the documents of a collection, by somebody, under its rules. */
export interface Entry {
  readonly caller: Caller
  readonly action: DatabaseOperation
  readonly collection: string
  readonly rules: DatabaseRules
}

/** What an entry asks for, beyond what a preset needs to know. */
export interface Asked {
  /** Checked. */
  readonly query: DocumentObject
  /** Operators of an update. */
  readonly update?: DocumentObject | undefined
  /** The document that takes the place of another. */
  readonly replacement?: DocumentObject | undefined
  /** Whether it may go on without a document: what is made then is judged by itself. */
  readonly upsert?: boolean | undefined
}

/** A document that is about to be made: as it was sent, and as it would be stored. */
export interface NewDocument {
  readonly sent: DocumentObject
  readonly complete: IdentifiedDocument
}

/** What led to a decision: the decision in words, and the members of a test case beside `as` and `expect`. */
export interface Judged {
  readonly explanation: Explanation
  readonly asked: Readonly<Record<string, unknown>>
}

export interface DoorOptions {
  readonly now: () => number
  readonly read: (key: DocumentKey) => Promise<DocumentObject | undefined>
  /** Told of what was allowed, as an error tells of what was refused. For simulations; nobody else wants to pay for it. */
  readonly onAllowed?: (judged: Judged) => void
}

/** What rules leave possible. */
type Reach = Exclude<ReturnType<DatabaseRules['reach']>, { readonly kind: 'none' }>

const ALL: Reach = { kind: 'all' }
const RULED: Reach = { kind: 'rule' }

/**
 * Decides what callers may do with the documents of collections. The only place that does; what it does not grant is
 * refused. Presets filter: documents of others are not found. Custom rules validate: a query must imply the rule, or
 * name one document, which is judged as it is stored. Whatever was decided before, a rule is asked again about each
 * document that is read or changed.
 */
export class Door {
  readonly #options: DoorOptions

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /**
   * Whether an action is possible at all, and on which documents, before it is known what it asks for.
   *
   * @param upsert whether the action may make a document instead, which is judged by itself
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  enter(entry: Entry, upsert = false): Reach {
    const { caller, action, rules } = entry
    if (caller.kind === 'admin') return ALL
    const auth = personOf(caller)
    const reach = rules.reach(action, auth)
    if (reach.kind !== 'none') return reach
    if (upsert) return RULED
    const context = { auth, now: this.#options.now() }
    throw denied(entry, {}, rules.evaluate(action, context).reason, (target) =>
      rules.explain(action, context, { target }),
    )
  }

  /**
   * Which documents an action that finds documents may touch.
   *
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  async scope(entry: Entry, asked: Asked): Promise<Scope> {
    const reach = this.enter(entry, asked.upsert)
    if (reach.kind === 'rule') return this.#ruled(entry, asked)
    const { caller, action, rules } = entry
    const { query } = asked
    this.#tell(
      entry,
      () => ({ where: encodeWebValue(query), ...changes(asked) }),
      (target) => rules.explain(action, this.#context(caller, new Lookups()), { target, query }),
    )
    return reach
  }

  /**
   * Whether new documents may be made; all or none.
   *
   * @throws DeniedError DATABASE_PERMISSION_DENIED
   */
  async admit(entry: Entry, documents: readonly NewDocument[]): Promise<void> {
    const isRuled = this.enter(entry).kind === 'rule'
    if (!isRuled && this.#options.onAllowed === undefined) return
    const { caller, rules } = entry
    const lookups = new Lookups()
    const base = this.#context(caller, lookups)
    for (const { sent, complete } of documents) {
      const context = { ...base, doc: complete, data: createdData(sent) }
      const made = () => ({ data: encodeWebValue(sent), ...lookedUp(lookups) })
      const explain = (target: string) => rules.explain('create', context, { target })
      if (isRuled) {
        const decision = await lookups.settle(() => rules.evaluate('create', context), this.#lookUp)
        if (!decision.allowed) throw denied(entry, made(), decision.reason, explain)
      }
      this.#tell(entry, made, explain)
    }
  }

  async #ruled(entry: Entry, asked: Asked): Promise<Scope> {
    const { caller, action, rules } = entry
    const { query, update, replacement } = asked
    const lookups = new Lookups()
    const base = this.#context(caller, lookups)
    const about = (doc: DocumentObject | undefined): DatabaseRuleContext => {
      const data = dataOf(update, replacement, doc)
      return { ...base, ...(doc && { doc }), ...(data && { data }) }
    }
    const id = fixedId(query)
    const scope: Scope = {
      kind: 'rule',
      allows: (document) => rules.evaluate(action, about(document)).allowed,
      costly: update !== undefined && id === undefined && hasManyNames(update),
    }
    const context = about(undefined)
    const prove = () => lookups.settle(() => rules.prove(action, query, context), this.#lookUp)
    // What a replacement removes depends on the document that it replaces.
    const proof = replacement === undefined ? await prove() : undefined
    const refuse = (
      what: Readonly<Record<string, unknown>>,
      reason: string,
      explained: DatabaseRuleContext,
      by?: { readonly query: DocumentObject },
    ) =>
      denied(entry, { ...what, ...lookedUp(lookups) }, reason, (target) =>
        rules.explain(action, explained, { target, ...by }),
      )
    const pass = (what: () => Readonly<Record<string, unknown>>, explained: DatabaseRuleContext, by?: typeof asked) => {
      this.#tell(
        entry,
        () => ({ ...what(), ...lookedUp(lookups) }),
        (target) => rules.explain(action, explained, { target, ...(by && { query: by.query }) }),
      )
      return scope
    }
    const namesOne = id !== undefined && isOnlyId(query)
    // An update of one document is judged on it all the same: what it overwrites may be protected.
    if (proof?.allowed && !(action === 'update' && namesOne)) {
      const which = () => (namesOne ? { doc: id } : { where: encodeWebValue(query) })
      return pass(() => ({ ...which(), ...changes(asked) }), context, asked)
    }
    if (id === undefined) {
      if (proof === undefined) {
        throw new CloudsteadError(
          'DATABASE_PERMISSION_DENIED',
          'under custom rules, set() replaces one document by its id',
        )
      }
      throw refuse({ where: encodeWebValue(query), ...changes(asked) }, proof.reason, context, { query })
    }
    const one = { doc: id, ...changes(asked) }
    const stored = await this.#options.read({ collection: entry.collection, id })
    if (stored === undefined) {
      if (asked.upsert === true) return scope
      // A document that is not there is refused like one that may not be seen: the answer does not tell which ids exist.
      // So it must not be judged: `doc.secret == null` holds of nothing.
      const decision = proof ?? (await prove())
      const absent = { ...one, stored: null }
      if (decision.allowed) return pass(() => absent, context, asked)
      throw refuse(absent, decision.reason, context, { query })
    }
    const judged = about(stored)
    const decision = await lookups.settle(() => rules.evaluate(action, judged), this.#lookUp)
    if (decision.allowed) return pass(() => ({ ...one, stored: encodeWebValue(stored) }), judged)
    throw refuse({ ...one, stored: encodeWebValue(stored) }, decision.reason, judged)
  }

  #tell(entry: Entry, what: () => Readonly<Record<string, unknown>>, explain: (target: string) => Explanation): void {
    if (this.#options.onAllowed === undefined) return
    const asked = askedOf(entry, what())
    this.#options.onAllowed({ asked, explanation: explain(targetOf(asked)) })
  }

  #context(caller: Caller, documents: Lookups) {
    return { auth: personOf(caller), now: this.#options.now(), documents }
  }

  #lookUp = async (key: DocumentKey): Promise<DocumentData | null> => (await this.#options.read(key)) ?? null
}

/** @throws CloudsteadError DATABASE_PERMISSION_DENIED unless the caller is an administrator. */
export function authorizeAdministration(caller: Caller): AdminCaller {
  if (caller.kind === 'admin') return caller
  throw new CloudsteadError('DATABASE_PERMISSION_DENIED', 'only administrators may manage collections')
}

/** Whether a document lies in a scope. */
export function inScope(scope: Scope, document: DocumentObject): boolean {
  switch (scope.kind) {
    case 'all':
      return true
    case 'own':
      return typeof document._openid === 'string' && scope.ids.includes(document._openid)
    case 'rule':
      return scope.allows(document)
  }
}

/**
 * Names of an update that is compared with each document that the query may find. With more it must keep to the time of
 * a costly query: 900 fields on a page of documents take half a second, and one request can name 90,000.
 */
const MAX_QUICK_NAMES = 100

function hasManyNames(update: DocumentObject): boolean {
  let names = 0
  const visit = (fields: DocumentObject): boolean =>
    Object.entries(fields).some(([name, value]) => {
      names += name.split('.').length
      return names > MAX_QUICK_NAMES || (isDocumentObject(value) && visit(value))
    })
  return visit(update)
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

/** The changes of a denied request, as a test case has them. */
function changes({ update, replacement }: Asked): Readonly<Record<string, unknown>> {
  if (replacement !== undefined) return { action: 'set', data: encodeWebValue(replacement) }
  return update === undefined ? {} : { data: encodeWebValue(update) }
}

function lookedUp(lookups: Lookups): Readonly<Record<string, unknown>> {
  const documents: Record<string, unknown[]> = {}
  for (const { collection, document } of lookups.read()) {
    if (document === null) continue
    documents[collection] = [...(documents[collection] ?? []), encodeWebValue(document as DocumentObject)]
  }
  return Object.keys(documents).length === 0 ? {} : { documents }
}

/** What was asked for, as a test case has it; an action of its own takes the place of the entry's. */
function askedOf({ action, collection }: Entry, what: Readonly<Record<string, unknown>>) {
  return { action, collection, ...what } as const
}

/** Characters of a query in the line that names what was asked for. */
const MAX_SHOWN = 200

function targetOf({ collection, doc, where }: { collection: string; doc?: unknown; where?: unknown }): string {
  if (doc !== undefined) return `${collection}/${String(doc)}`
  return where === undefined ? collection : `${collection} where ${JSON.stringify(where).slice(0, MAX_SHOWN)}`
}

function denied(
  entry: Entry,
  what: Readonly<Record<string, unknown>>,
  reason: string,
  explain: (target: string) => Explanation,
): DeniedError {
  const asked = askedOf(entry, what)
  const target = targetOf(asked)
  return new DeniedError('DATABASE_PERMISSION_DENIED', {
    caller: entry.caller,
    internal: `${entry.action} ${target}: ${reason}`,
    asked,
    explain: () => explain(target),
  })
}
