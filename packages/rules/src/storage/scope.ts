import { AUTH } from '../caller/auth-variable.ts'
import { callerIds } from '../caller/caller.ts'
import { Identity, isSamePerson } from '../caller/identity.ts'
import { PRESENT, type Scope, type ScopeMember, type Variable } from '../language/scope.ts'
import { show } from '../language/show.ts'
import { equal, UNKNOWN } from '../language/values.ts'
import { text } from '../text.ts'
import type { StorageFacts } from './context.ts'

/**
 * The meaning of `resource.openid` in custom rules: the {id} of `users/{id}/...`, or the uploader of the stored file. Set in
 * the configuration as `storage.resourceOpenid`.
 */
export type ResourceOpenid = 'path' | 'creator'

type Member = ScopeMember<StorageFacts>

/** The variables of storage rules: `auth`, `resource` and `now`. */
export function storageScope(mode: ResourceOpenid): Scope<StorageFacts> {
  const variables = new Map<string, Variable<StorageFacts>>([
    ['auth', AUTH],
    [
      'resource',
      {
        get: () => PRESENT,
        members: new Map<string, Member>([
          ['openid', mode === 'path' ? CLAIM : CREATOR],
          ['path', { get: ({ path }) => path }],
          ['size', { get: ({ size }) => size, whyAbsent: (_, language) => SIZE_UNKNOWN[language] }],
          ['metadata', { get: ({ metadata }) => metadata }],
        ]),
      },
    ],
    ['now', { get: ({ now }) => (Number.isFinite(now) ? now : undefined) }],
  ])
  return { kind: 'storage', variables }
}

const SIZE_UNKNOWN = text('the size is not known', '还不知道大小')

const CLAIM: Member = {
  get: ({ claim, caller }) => (claim === undefined ? undefined : new Identity([claim], caller)),
  equals: ({ claim, caller }, other) => {
    if (claim === undefined) return UNKNOWN
    return typeof other === 'string' ? isSamePerson(claim, other, caller) : equal(new Identity([claim], caller), other)
  },
  whyAbsent: ({ path }, language) => {
    const shown = show(path, language)
    return language === 'zh'
      ? `路径 ${shown} 不在 users/{id}/ 之下（storage.resourceOpenid 为 "path"；为 "creator" 时它是上传者）`
      : `the path ${shown} has no users/{id}/ segment (storage.resourceOpenid is "path"; with "creator" it would be the uploader)`
  },
}

const NEW_BY_NOBODY = text(
  'the file does not exist yet and nobody is logged in (storage.resourceOpenid is "creator")',
  '文件是新的，而且没有登录（storage.resourceOpenid 为 "creator"）',
)

const NOT_BY_USER = text(
  'the stored file was not uploaded by a user (storage.resourceOpenid is "creator")',
  '已有的文件不是用户上传的（storage.resourceOpenid 为 "creator"）',
)

const CREATOR: Member = {
  get: ({ exists, caller, creator }) => {
    const ids = exists === false && caller !== null ? callerIds(caller) : creator
    return ids.length === 0 ? undefined : new Identity(ids, caller)
  },
  whyAbsent: ({ exists }, language) => (exists === false ? NEW_BY_NOBODY : NOT_BY_USER)[language],
}
