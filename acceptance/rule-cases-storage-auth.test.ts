/** Decided cases of `auth`: the caller. */
import { decideStorageCases } from './support/storage-cases.ts'

const OWN = 'auth != null && resource.openid == auth.openid'

decideStorageCases([
  {
    name: 'auth != null',
    rules: { acl: { read: 'auth != null', write: 'auth != null' } },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'no'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
      ['guest', 'reads', 'users/alice/*.txt', 'yes', { by: 'alice', lives: 7200 }],
      ['guest', 'uploads', 'users/alice/*.txt', 'yes'],
      ['alice', 'deletes', 'users/bobby/*.txt', 'yes', { by: 'bobby' }],
      ['wendy', 'overwrites', 'a/*.txt', 'yes'],
    ],
  },
  {
    name: 'read: auth == null, write: auth.openid == null && auth != null',
    rules: { acl: { read: 'auth == null', write: 'auth != null && auth.openid == null' } },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'yes'],
      ['guest', 'reads', 'a/*.txt', 'no'],
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['admin', 'reads', 'a/*.txt', 'yes'],
      ['guest', 'uploads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['wendy', 'uploads', 'a/*.txt', 'no'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: 'read: auth != null, write: only with a name, as in the template of the platform',
    rules: { acl: { read: 'auth != null', write: "auth != null && auth.loginType != 'ANONYMOUS'" } },
    cases: [
      ['guest', 'reads', 'a/*.txt', 'yes'],
      ['guest', 'uploads', 'a/*.txt', 'no'],
      ['guest', 'deletes', 'users/{guest}/*.txt', 'no', { by: 'guest' }],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
      ['alice', 'uploads', 'a/*.txt', 'yes'],
      ['wendy', 'uploads', 'users/alice/*.txt', 'yes'],
    ],
  },
  {
    name: "read: auth.loginType == 'CUSTOM', write: auth.loginType === 'WECHAT_OPEN'",
    rules: { acl: { read: "auth.loginType == 'CUSTOM'", write: "auth.loginType === 'WECHAT_OPEN'" } },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'yes'],
      ['bobby', 'reads', 'a/*.txt', 'yes'],
      ['wendy', 'reads', 'a/*.txt', 'no'],
      ['guest', 'reads', 'a/*.txt', 'no'],
      ['nobody', 'reads', 'a/*.txt', 'no'],
      ['wendy', 'uploads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['guest', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: "read: auth.loginType in ['WECHAT_OPEN', 'CUSTOM'], write: !(auth.loginType in ['ANONYMOUS'])",
    rules: {
      acl: { read: "auth.loginType in ['WECHAT_OPEN', 'CUSTOM']", write: "!(auth.loginType in ['ANONYMOUS'])" },
    },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'yes'],
      ['wendy', 'reads', 'a/*.txt', 'yes'],
      ['guest', 'reads', 'a/*.txt', 'no'],
      ['nobody', 'reads', 'a/*.txt', 'no'],
      ['alice', 'uploads', 'a/*.txt', 'yes'],
      ['guest', 'uploads', 'a/*.txt', 'no'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: "read: auth.customUserId == 'alice', write: auth.customUserId != 'alice'",
    rules: { acl: { read: "auth.customUserId == 'alice'", write: "auth.customUserId != 'alice'" } },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'yes'],
      ['bobby', 'reads', 'a/*.txt', 'no'],
      ['wendy', 'reads', 'a/*.txt', 'no'],
      ['nobody', 'reads', 'a/*.txt', 'no'],
      ['bobby', 'uploads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['wendy', 'uploads', 'a/*.txt', 'no'],
      ['guest', 'uploads', 'a/*.txt', 'no'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: 'read: auth.openid of one, write: auth.uid of another',
    rules: { acl: { read: "auth.openid == 'alice'", write: "auth.uid == '{wendy.uid}'" } },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'yes'],
      ['wendy', 'reads', 'a/*.txt', 'no'],
      ['guest', 'reads', 'a/*.txt', 'no'],
      ['wendy', 'uploads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['guest', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: 'write: the owner or one of two moderators',
    rules: {
      acl: {
        read: true,
        write: "auth != null && (resource.openid == auth.openid || auth.uid in ['{wendy.uid}', '{bobby.uid}'])",
      },
    },
    cases: [
      ['nobody', 'reads', 'users/alice/*.txt', 'yes', { lives: 'for ever' }],
      ['alice', 'overwrites', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['wendy', 'deletes', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['bobby', 'overwrites', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['wendy', 'uploads', 'temp/*.txt', 'yes'],
      ['alice', 'uploads', 'temp/*.txt', 'no'],
      ['alice', 'deletes', 'users/bobby/*.txt', 'no', { by: 'bobby' }],
      ['guest', 'uploads', 'users/{guest}/*.txt', 'no'],
      ['guest', 'overwrites', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['nobody', 'deletes', 'users/alice/*.txt', 'no', { by: 'alice' }],
    ],
  },
  {
    name: 'only read',
    rules: { acl: { read: true } },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'yes', { lives: 'for ever' }],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
      ['alice', 'deletes', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['admin', 'uploads', 'a/*.txt', 'yes'],
    ],
  },
  {
    name: 'only write',
    rules: { acl: { write: OWN } },
    cases: [
      ['alice', 'uploads', 'users/alice/*.txt', 'yes'],
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'deletes', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['alice', 'copies', 'users/alice/*.txt', 'no', { by: 'alice', to: 'users/alice/2/*.txt' }],
      ['admin', 'reads', 'users/alice/*.txt', 'yes', { by: 'alice' }],
    ],
  },
  {
    name: 'read: false, write: true',
    rules: { acl: { read: false, write: true } },
    cases: [
      ['nobody', 'uploads', 'users/alice/*.txt', 'yes'],
      ['bobby', 'overwrites', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['guest', 'deletes', 'users/alice/*.txt', 'yes', { by: 'alice' }],
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
    ],
  },
])
