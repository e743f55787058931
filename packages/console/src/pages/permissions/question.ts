/** Turns the fields of the simulator into a question for the server, or into faults. Pure. */
import type { AppUser, Person } from '@cloudstead/admin-api'
import type { Input } from '../../api/index.ts'
import { personOfUser } from '../../data/person.ts'
import type { RulesTarget } from '../../data/rules-target.ts'

type SimulateBody = Input<'simulateRules'>['body']
type JsonObject = Readonly<Record<string, unknown>>

export const WHO = ['nobody', 'anonymous', 'custom', 'wechat', 'user'] as const
export const FILE_ACTIONS = ['read', 'upload', 'remove'] as const
export const DOCUMENT_ACTIONS = ['read', 'create', 'update', 'delete'] as const
export const STORED = ['real', 'none', 'other'] as const

/** The content of the fields that choose a caller. */
export interface CallerFields<Who extends string = (typeof WHO)[number]> {
  readonly who: Who
  readonly customId: string
  readonly openid: string
  /** For `who: 'user'`. */
  readonly user: AppUser | undefined
}

/** The content of the fields. */
export interface Fields extends CallerFields {
  readonly fileAction: (typeof FILE_ACTIONS)[number]
  /** Never changed by another field: the question would silently become another one. */
  readonly path: string
  readonly size: string
  readonly storedFile: (typeof STORED)[number]
  readonly uploader: string
  readonly functionName: string
  readonly documentAction: (typeof DOCUMENT_ACTIONS)[number]
  readonly which: 'id' | 'query'
  readonly id: string
  readonly query: string
  readonly data: string
  readonly storedDocument: (typeof STORED)[number]
  readonly document: string
}

export const EMPTY: Fields = {
  who: 'custom',
  customId: 'alice',
  openid: '',
  user: undefined,
  fileAction: 'read',
  path: typicalPath('alice'),
  size: '',
  storedFile: 'real',
  uploader: '',
  functionName: '',
  documentAction: 'read',
  which: 'query',
  id: '',
  query: '{ "_openid": "{openid}" }',
  data: '{ "status": "paid" }',
  storedDocument: 'real',
  document: '{ "_openid": "alice" }',
}

/** A text that is not a JSON object. `place` is the message of the parser. */
export interface JsonFault {
  readonly kind: 'json' | 'object'
  readonly place: string
}

export interface Faults {
  readonly size?: true
  readonly query?: JsonFault
  readonly data?: JsonFault
  readonly document?: JsonFault
}

interface Question {
  /** Undefined while a field is empty or invalid. */
  readonly body: SimulateBody | undefined
  readonly faults: Faults
}

/** The caller; null if nobody is logged in, undefined while it is not filled in. */
export function personOf({ who, customId, openid, user }: CallerFields): Person | null | undefined {
  switch (who) {
    case 'nobody':
      return null
    case 'anonymous':
      return { uid: 'anonymous-user', loginType: 'ANONYMOUS' }
    case 'custom':
      return customId === '' ? undefined : { uid: customId, customUserId: customId, loginType: 'CUSTOM' }
    case 'wechat':
      return openid === '' ? undefined : { uid: `uid-of-${openid}`.slice(0, 128), openid, loginType: 'WECHAT_OPEN' }
    case 'user':
      return user && personOfUser(user)
  }
}

/** A path of the person with this id. */
export function typicalPath(id: string): string {
  return `users/${id}/photo.jpg`
}

/** The id of the owner of the file or document in the question; undefined when the question does not show it. */
export function ownerOf(
  { path, storedFile, uploader, ...fields }: Fields,
  { collection, functions }: RulesTarget,
): string | undefined {
  if (functions) return undefined
  if (collection === undefined) {
    const claim = /^users\/([^/]+)\//.exec(path)?.[1]
    return claim ?? (storedFile === 'other' && uploader !== '' ? uploader : undefined)
  }
  const entered = fields.which === 'id' && fields.storedDocument === 'other' && fields.documentAction !== 'create'
  const owner = entered ? readObject(fields.document).value?._openid : undefined
  return typeof owner === 'string' && owner !== '' ? owner : undefined
}

export function questionOf(fields: Fields, { collection, functions }: RulesTarget): Question {
  const as = personOf(fields)
  if (functions) return functionQuestion(fields, as)
  if (collection === undefined) return fileQuestion(fields, as)
  return documentQuestion(fields, as, collection)
}

function functionQuestion({ functionName: name }: Fields, as: Person | null | undefined): Question {
  if (as === undefined || name === '') return { body: undefined, faults: {} }
  return { body: { functions: true, as, action: 'invoke', name }, faults: {} }
}

function fileQuestion(fields: Fields, as: Person | null | undefined): Question {
  const { fileAction, path, size, storedFile, uploader } = fields
  const bytes = fileAction !== 'upload' || size.trim() === '' ? undefined : Number(size)
  if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes >= 0))
    return { body: undefined, faults: { size: true } }
  if (as === undefined || path === '' || (storedFile === 'other' && uploader === ''))
    return { body: undefined, faults: {} }
  const body: SimulateBody = {
    as,
    action: fileAction === 'read' ? 'read' : 'write',
    path,
    ...(bytes === undefined ? {} : { size: bytes }),
    ...(storedFile === 'real' ? {} : { stored: storedFile === 'none' ? null : { creator: [uploader] } }),
  }
  return { body, faults: {} }
}

function documentQuestion(fields: Fields, as: Person | null | undefined, collection: string): Question {
  const { documentAction: action, which, id, storedDocument } = fields
  const query = action === 'create' || which === 'id' ? undefined : readObject(fields.query)
  const data = action === 'create' || action === 'update' ? readObject(fields.data) : undefined
  const judgesOne = action !== 'create' && which === 'id'
  const document = judgesOne && storedDocument === 'other' ? readObject(fields.document) : undefined
  const faults: Faults = {
    ...(query?.fault && { query: query.fault }),
    ...(data?.fault && { data: data.fault }),
    ...(document?.fault && { document: document.fault }),
  }
  if (as === undefined || Object.keys(faults).length > 0 || (judgesOne && id === '')) return { body: undefined, faults }
  const stored = document?.value && { _id: id, ...document.value }
  const body: SimulateBody = {
    as,
    action,
    collection,
    ...(judgesOne ? { id } : {}),
    ...(query?.value && { query: query.value }),
    ...(data?.value && { data: data.value }),
    ...(judgesOne && storedDocument !== 'real' ? { stored: stored ?? null } : {}),
  }
  return { body, faults }
}

/** An empty text is an empty object. */
function readObject(text: string): { readonly value?: JsonObject; readonly fault?: JsonFault } {
  if (text.trim() === '') return { value: {} }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: value as JsonObject }
    return { fault: { kind: 'object', place: '' } }
  } catch (error) {
    return { fault: { kind: 'json', place: (error as Error).message } }
  }
}
