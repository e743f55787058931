import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DatabaseOperation, DatabaseRuleContext, DocumentData } from '../database/context.ts'
import { fixedId } from '../database/query-conditions.ts'
import { createdData, replacedData, updatedData } from '../database/request-data.ts'
import { NO_DOCUMENT } from '../database/scope.ts'
import type { Explanation } from '../explanation.ts'
import { type Text, text } from '../text.ts'
import type { CaseDecision, EvaluatedRule } from './case-decision.ts'
import type { CollectionRules, RulesUnderTest } from './configuration.ts'
import { type Fixtures, TestDocuments } from './initial-state.ts'
import { judgedQuery } from './query.ts'
import type { DocumentRequest } from './requests.ts'
import { ownerMark } from './users.ts'

/** Decides a request for documents as the server does. For custom rules: first by the query, then by the document. */
export function decideDocument(
  { collections }: RulesUnderTest,
  auth: RuleAuth | null,
  request: DocumentRequest,
  fixtures: Fixtures,
): CaseDecision {
  const rules = collections.get(request.collection)
  if (rules === undefined) throw new TypeError(`no collection ${request.collection}`)
  const evaluation = new DocumentEvaluation(rules, auth, request, fixtures)
  const explanation = evaluation.decide()
  return { allowed: explanation.allowed, explanation, evaluated: evaluation.evaluated }
}

const OWNER_GIVEN = text('_openid is set by the server; leave it out', '_openid 由服务器写入，不能自己写')

/** Evaluates the rules of a collection for one request. */
class DocumentEvaluation {
  readonly evaluated: EvaluatedRule[] = []
  readonly #collection: CollectionRules
  readonly #auth: RuleAuth | null
  readonly #request: DocumentRequest
  readonly #documents: TestDocuments
  readonly #now: number

  constructor(
    collection: CollectionRules,
    auth: RuleAuth | null,
    request: DocumentRequest,
    { documents, now }: Fixtures,
  ) {
    this.#collection = collection
    this.#auth = auth
    this.#request = request
    this.#documents = new TestDocuments(request.documents, documents)
    this.#now = now
  }

  decide(): Explanation {
    const { action, where, doc } = this.#request
    if (this.#namesOwner()) return this.#denied(action === 'create' ? 'create' : 'update', OWNER_GIVEN)
    if (action === 'create') return this.#create()
    const query = judgedQuery(doc === undefined ? (where ?? {}) : { _id: doc }, this.#auth)
    if (action === 'set') return this.#set(query)
    return this.#find(action, query)
  }

  #find(operation: 'read' | 'update' | 'delete', query: DocumentData): Explanation {
    const change = (stored?: DocumentData) =>
      operation === 'update' ? { data: updatedData(this.#request.data ?? {}, stored) } : {}
    const proof = this.#evaluate(operation, change(), query)
    const reach = this.#collection.rules.reach(operation, this.#auth).kind
    if (reach === 'none' || reach === 'all') return proof
    // A preset filters, so only a request for one document is decided by that document.
    const id = reach === 'rule' || this.#request.doc !== undefined ? fixedId(query) : undefined
    if (id === undefined) return proof
    const stored = this.#stored(id)
    // An update of one document is always decided by the document: the fields that it overwrites may be protected.
    const needsDocument = operation === 'update' && Object.keys(query).join() === '_id' && stored !== undefined
    if (reach === 'rule' && proof.allowed && !needsDocument) return proof
    // A document that does not exist is denied like one that is hidden. The rule is not evaluated for it: `doc.secret == null`
    // would be true.
    if (reach === 'rule' && stored === undefined) return proof
    return this.#decideByDocument(operation, stored, change(stored))
  }

  /** Replaces the document, or creates it when it does not exist. */
  #set(query: DocumentData): Explanation {
    const { data = {} } = this.#request
    const id = fixedId(query)
    const stored = id === undefined ? undefined : this.#stored(id)
    return stored === undefined
      ? this.#create()
      : this.#decideByDocument('update', stored, { data: replacedData(data, stored) })
  }

  #create(): Explanation {
    const { data = {} } = this.#request
    const owner = this.#auth === null ? {} : { _openid: ownerMark(this.#auth) }
    const id = this.#request.doc === undefined ? {} : { _id: this.#request.doc }
    return this.#evaluate('create', { doc: { ...id, ...owner, ...data }, data: createdData(data) })
  }

  #decideByDocument(
    operation: DatabaseOperation,
    doc: DocumentData | undefined,
    change: { data?: DocumentData },
  ): Explanation {
    const explanation = this.#evaluate(operation, { ...change, ...(doc === undefined ? {} : { doc }) })
    const isPreset = this.#collection.rules.acl !== 'CUSTOM'
    return doc === undefined && isPreset && !explanation.allowed ? { ...explanation, reason: NO_DOCUMENT } : explanation
  }

  #stored(id: string | number): DocumentData | undefined {
    const { stored, collection } = this.#request
    return stored === undefined ? this.#documents.find({ collection, id }) : (stored ?? undefined)
  }

  /** Evaluates the rules for a query, or for a document. */
  #evaluate(operation: DatabaseOperation, facts: Partial<DatabaseRuleContext>, query?: DocumentData): Explanation {
    const context = { auth: this.#auth, now: this.#now, documents: this.#documents, ...facts }
    const target = this.#target()
    const { rules, ruleName } = this.#collection
    const explanation = rules.explain(operation, context, { target, ...(query === undefined ? {} : { query }) })
    if (explanation.tree !== undefined) this.evaluated.push({ name: ruleName(operation), tree: explanation.tree })
    return explanation
  }

  #target(): string {
    const { collection, doc, where } = this.#request
    if (doc !== undefined) return `${collection}/${doc}`
    return where === undefined ? collection : `${collection} where ${JSON.stringify(where)}`
  }

  #denied(operation: DatabaseOperation, reason: Text): Explanation {
    return { operation, acl: this.#collection.rules.acl, target: this.#target(), allowed: false, reason }
  }

  #namesOwner(): boolean {
    const { action, data = {} } = this.#request
    const names = action === 'update' ? changedNames(data) : Object.keys(data)
    return names.some((name) => typeof name === 'string' && /^_openid(?:\.|$)/.test(name))
  }
}

/** The paths that an update changes, including the new names of `$rename`. */
function changedNames(update: DocumentData): readonly unknown[] {
  return Object.entries(update).flatMap(([operator, fields]) => {
    const own = Object.entries(fields as DocumentData)
    return own.flatMap(([name, value]) => (operator === '$rename' ? [name, value] : [name]))
  })
}
