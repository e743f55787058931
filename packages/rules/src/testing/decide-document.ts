import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DatabaseOperation, DatabaseRuleContext, DocumentData } from '../database/context.ts'
import { createdData, replacedData, updatedData } from '../database/request-data.ts'
import type { Explanation } from '../explanation.ts'
import { type Text, text } from '../text.ts'
import type { CollectionRules, RulesUnderTest } from './configuration.ts'
import type { AskedRule, Decided } from './case-decision.ts'
import { type Fixtures, TestDocuments } from './initial-state.ts'
import { ownerMark } from './users.ts'
import { fixedId, judgedQuery } from './query.ts'
import type { DocumentRequest } from './requests.ts'

/** Whether somebody may do something with documents, as the server decides it. Custom rules: first the query, then the document. */
export function decideDocument(
  { collections }: RulesUnderTest,
  auth: RuleAuth | null,
  request: DocumentRequest,
  fixtures: Fixtures,
): Decided {
  const rules = collections.get(request.collection)
  if (rules === undefined) throw new TypeError(`no collection ${request.collection}`)
  const questions = new Questions(rules, auth, request, fixtures)
  const explanation = questions.decide()
  return { allowed: explanation.allowed, explanation, asked: questions.asked }
}

const OWNER_GIVEN = text('_openid is set by the server; leave it out', '_openid 由服务器写入，不能自己写')
const NO_DOCUMENT = text('there is no such document', '没有这个文档')

/** The questions that one request asks the rules of its collection, one after the other. */
class Questions {
  readonly asked: AskedRule[] = []
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
    const proof = this.#ask(operation, change(), query)
    const reach = this.#collection.rules.reach(operation, this.#auth).kind
    if (reach === 'none' || reach === 'all') return proof
    // A preset filters: only a case about one document asks for it in particular.
    const id = reach === 'rule' || this.#request.doc !== undefined ? fixedId(query) : undefined
    if (id === undefined) return proof
    const stored = this.#stored(id)
    // An update of one document is judged on it all the same: what it overwrites may be protected.
    const judgedAnyway = operation === 'update' && Object.keys(query).join() === '_id' && stored !== undefined
    if (reach === 'rule' && proof.allowed && !judgedAnyway) return proof
    // What is not there is refused like what may not be seen; `doc.secret == null` would hold of it.
    if (reach === 'rule' && stored === undefined) return proof
    return this.#judge(operation, stored, change(stored))
  }

  /** What is not there is made. */
  #set(query: DocumentData): Explanation {
    const { data = {} } = this.#request
    const id = fixedId(query)
    const stored = id === undefined ? undefined : this.#stored(id)
    return stored === undefined ? this.#create() : this.#judge('update', stored, { data: replacedData(data, stored) })
  }

  #create(): Explanation {
    const { data = {} } = this.#request
    const owner = this.#auth === null ? {} : { _openid: ownerMark(this.#auth) }
    const id = this.#request.doc === undefined ? {} : { _id: this.#request.doc }
    return this.#ask('create', { doc: { ...id, ...owner, ...data }, data: createdData(data) })
  }

  #judge(operation: DatabaseOperation, doc: DocumentData | undefined, change: { data?: DocumentData }): Explanation {
    const judged = this.#ask(operation, { ...change, ...(doc === undefined ? {} : { doc }) })
    const isPreset = this.#collection.rules.acl !== 'CUSTOM'
    return doc === undefined && isPreset && !judged.allowed ? { ...judged, reason: NO_DOCUMENT } : judged
  }

  #stored(id: string | number): DocumentData | undefined {
    const { stored, collection } = this.#request
    return stored === undefined ? this.#documents.find({ collection, id }) : (stored ?? undefined)
  }

  /** Asks the rules, about a query or about a document. */
  #ask(operation: DatabaseOperation, about: Partial<DatabaseRuleContext>, query?: DocumentData): Explanation {
    const context = { auth: this.#auth, now: this.#now, documents: this.#documents, ...about }
    const target = this.#target()
    const { rules, ruleName } = this.#collection
    const explanation = rules.explain(operation, context, { target, ...(query === undefined ? {} : { query }) })
    if (explanation.tree !== undefined) this.asked.push({ name: ruleName(operation), tree: explanation.tree })
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

/** Every path that the operators of an update change, the new names of `$rename` too. */
function changedNames(update: DocumentData): readonly unknown[] {
  return Object.entries(update).flatMap(([operator, fields]) => {
    const own = Object.entries(fields as DocumentData)
    return own.flatMap(([name, value]) => (operator === '$rename' ? [name, value] : [name]))
  })
}
