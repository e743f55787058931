import { AUTH } from '../caller/auth-variable.ts'
import { callerIds, Identity, isSamePerson } from '../caller/identity.ts'
import { authOf } from '../caller/rule-auth.ts'
import { show } from '../language/explain.ts'
import { PRESENT, type Scope, type ScopeMember, type Variable } from '../language/scope.ts'
import { equal, own, UNKNOWN } from '../language/values.ts'
import { text } from '../text.ts'
import type { StorageRuleContext } from './context.ts'
import { claimOf, creatorOf } from './owner.ts'

/**
 * What `resource.openid` means in custom rules: the {id} of `users/{id}/...`, or the uploader of the stored file.
 * The configuration calls it `storage.resourceOpenid`.
 */
export type ResourceOpenid = 'path' | 'creator'

type Member = ScopeMember<StorageRuleContext>

/** The variables of storage rules: `auth`, `resource` and `now`. */
export function storageScope(mode: ResourceOpenid): Scope<StorageRuleContext> {
  const variables = new Map<string, Variable<StorageRuleContext>>([
    ['auth', AUTH],
    [
      'resource',
      {
        get: () => PRESENT,
        members: new Map<string, Member>([
          ['openid', mode === 'path' ? CLAIM : CREATOR],
          ['path', PATH],
          ['size', { ...SIZE, whyAbsent: (_, language) => SIZE_UNKNOWN[language] }],
          ['metadata', METADATA],
        ]),
      },
    ],
    ['now', { get: (context) => (Number.isFinite(context.now) ? context.now : undefined) }],
  ])
  return { dialect: 'storage', variables }
}

const SIZE_UNKNOWN = text('the size is not known', '还不知道大小')

const BASE: { readonly path?: unknown; readonly size?: unknown } = Object.prototype

const PATH: Member = {
  get: ({ resource }) => {
    const owned =
      (Object.getPrototypeOf(resource) === BASE && BASE.path === undefined) || Object.hasOwn(resource, 'path')
    const path = owned ? resource.path : undefined
    return typeof path === 'string' ? path : undefined
  },
}

const SIZE: Member = {
  get: ({ resource }) => {
    const owned =
      (Object.getPrototypeOf(resource) === BASE && BASE.size === undefined) || Object.hasOwn(resource, 'size')
    const size = owned ? resource.size : undefined
    return typeof size === 'number' ? size : undefined
  },
}

const METADATA: Member = {
  get: ({ resource }) => {
    const value = own(resource, 'metadata')
    return typeof value === 'object' ? value : undefined
  },
}

const CLAIM: Member = {
  get: (context) => {
    const claim = claimOf(context.resource)
    return claim === undefined ? undefined : new Identity([claim], authOf(context))
  },
  equals: (context, other) => {
    const claim = claimOf(context.resource)
    if (claim === undefined) return UNKNOWN
    return typeof other === 'string'
      ? isSamePerson(claim, other, authOf(context))
      : equal(new Identity([claim], authOf(context)), other)
  },
  whyAbsent: ({ resource }, language) => {
    const path = show(own(resource, 'path'), language)
    return language === 'zh'
      ? `路径 ${path} 不在 users/{id}/ 之下（storage.resourceOpenid 为 "path"；为 "creator" 时它是上传者）`
      : `the path ${path} has no users/{id}/ segment (storage.resourceOpenid is "path"; with "creator" it would be the uploader)`
  },
}

const NEW_BY_NOBODY = text(
  'the file would be new and nobody is logged in (storage.resourceOpenid is "creator")',
  '文件是新的，而且没有登录（storage.resourceOpenid 为 "creator"）',
)

const NOT_BY_USER = text(
  'the stored file was not uploaded by a user (storage.resourceOpenid is "creator")',
  '已有的文件不是用户上传的（storage.resourceOpenid 为 "creator"）',
)

const CREATOR: Member = {
  get: (context) => {
    const auth = authOf(context)
    const ids = context.resource.exists === false && auth !== null ? callerIds(auth) : creatorOf(context.resource)
    return ids.length === 0 ? undefined : new Identity(ids, auth)
  },
  whyAbsent: ({ resource }, language) => (resource.exists === false ? NEW_BY_NOBODY : NOT_BY_USER)[language],
}
