import { show } from '../language/explain.ts'
import type { Scope, ScopeMember, Variable } from '../language/scope.ts'
import { own } from '../language/values.ts'
import type { StorageResource, StorageRuleContext } from './context.ts'
import { callerIds, Identity, idOf } from './identity.ts'
import { authOf, claimOf, creatorOf } from './owner.ts'

/**
 * What `resource.openid` means in custom rules: the {id} of `users/{id}/...`, or the uploader of the stored file.
 * The configuration calls it `storage.resourceOpenid`.
 */
export type ResourceOpenid = 'path' | 'creator'

type Member = ScopeMember<StorageRuleContext>

/** What `auth` and `resource` yield when they are not followed by a member: something that is not null, and no more. */
const PRESENT = Object.freeze(Object.create(null)) as object

/** The variables of storage rules: `auth`, `resource` and `now`. */
export function storageScope(mode: ResourceOpenid): Scope<StorageRuleContext> {
  return new Map<string, Variable<StorageRuleContext>>([
    ['auth', { get: (context) => (authOf(context) === null ? null : PRESENT), whyAbsent: whyNobody, members: AUTH }],
    [
      'resource',
      {
        get: () => PRESENT,
        members: new Map<string, Member>([
          ['openid', mode === 'path' ? CLAIM : CREATOR],
          ['path', resourceMember('path', 'string')],
          ['size', { ...resourceMember('size', 'number'), whyAbsent: () => 'the size is not known' }],
          ['metadata', resourceMember('metadata', 'object')],
        ]),
      },
    ],
    ['now', { get: (context) => (Number.isFinite(context.now) ? context.now : undefined) }],
  ])
}

const AUTH: ReadonlyMap<string, Member> = new Map<string, Member>([
  [
    'openid',
    {
      get: (context) => {
        const auth = authOf(context)
        return auth === null ? undefined : (idOf(auth, 'openid') ?? idOf(auth, 'customUserId'))
      },
      whyAbsent: (context) => whyNobody(context) ?? whyNoOpenid(context),
    },
  ],
  ['uid', authMember('uid')],
  ['customUserId', authMember('customUserId')],
  ['loginType', authMember('loginType')],
])

function authMember(field: string): Member {
  return {
    get: (context) => {
      const auth = authOf(context)
      return auth === null ? undefined : idOf(auth, field)
    },
    whyAbsent: whyNobody,
  }
}

function whyNobody(context: StorageRuleContext): string | undefined {
  return authOf(context) === null ? 'nobody is logged in' : undefined
}

function whyNoOpenid(context: StorageRuleContext): string | undefined {
  const auth = authOf(context)
  if (auth === null) return undefined
  return `the login ${callerIds(auth).map(show).join(', ')} (${show(auth.loginType)}) has neither a WeChat openid nor a customUserId`
}

const CLAIM: Member = {
  get: (context) => {
    const claim = claimOf(context.resource)
    return claim === undefined ? undefined : new Identity([claim], authOf(context))
  },
  whyAbsent: ({ resource }) =>
    `the path ${show(own(resource, 'path'))} has no users/{id}/ segment (storage.resourceOpenid is "path"; with "creator" it would be the uploader)`,
}

const CREATOR: Member = {
  get: (context) => {
    const auth = authOf(context)
    const ids = context.resource.exists === false && auth !== null ? callerIds(auth) : creatorOf(context.resource)
    return ids.length === 0 ? undefined : new Identity(ids, auth)
  },
  whyAbsent: ({ resource }) =>
    resource.exists === false
      ? 'the file would be new and nobody is logged in (storage.resourceOpenid is "creator")'
      : 'the stored file was not uploaded by a user (storage.resourceOpenid is "creator")',
}

function resourceMember(field: keyof StorageResource, type: 'string' | 'number' | 'object'): Member {
  return {
    get: ({ resource }) => {
      const value = own(resource, field)
      return typeof value === type ? value : undefined
    },
  }
}
