import { AUTH } from '../caller/auth-variable.ts'
import { Identity, idOf } from '../caller/identity.ts'
import { PRESENT, type Scope, type ScopeMember, type Variable } from '../language/scope.ts'
import type { Value } from '../language/values.ts'
import { text } from '../text.ts'
import { asValue, type DatabaseFacts, type DocumentData } from './context.ts'

type Member = ScopeMember<DatabaseFacts>

export const NO_DOCUMENT = text('there is no such document', '没有这个文档')
const NO_OWNER = text('the document was not created by a user', '文档不是用户创建的')
const NO_DATA = text('read and delete requests have no data', '读取和删除不带数据')

/** The creator of a document, who equals each id of the caller when it is the caller. */
function ownerOf(doc: DocumentData, { caller }: DatabaseFacts): Value {
  const id = idOf(doc, '_openid')
  return id === undefined ? undefined : new Identity([id], caller)
}

const OWNER: Member = {
  get: (context) => (context.doc === undefined ? undefined : ownerOf(context.doc, context)),
  whyAbsent: ({ doc }, language) => (doc === undefined ? NO_DOCUMENT : NO_OWNER)[language],
}

const DATA: Member = {
  get: ({ data }) => asValue(data),
  whyAbsent: ({ data }, language) => (data === undefined ? NO_DATA[language] : undefined),
}

/** The variables of database rules, `auth`, `doc`, `request.data` and `now`, and `get( )`. */
export const DATABASE_SCOPE: Scope<DatabaseFacts> = {
  kind: 'database',
  variables: new Map<string, Variable<DatabaseFacts>>([
    ['auth', AUTH],
    [
      'doc',
      {
        get: ({ doc }) => asValue(doc),
        whyAbsent: ({ doc }, language) => (doc === undefined ? NO_DOCUMENT[language] : undefined),
        members: new Map([['_openid', OWNER]]),
      },
    ],
    ['request', { get: () => PRESENT, members: new Map([['data', DATA]]) }],
    ['now', { get: ({ now }) => now }],
  ]),
  lookup(context, collection, id) {
    const document = context.documents?.get(collection, id) ?? null
    return document === null ? null : { ...document, _openid: ownerOf(document, context) }
  },
}
