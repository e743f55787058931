/** Decided cases of missing values and unknown variables, which meet no comparison. */
import { decideStorageCases } from './support/storage-cases.ts'

decideStorageCases([
  {
    name: 'read: resource.openid != auth.openid, write: !(resource.openid == auth.openid)',
    rules: { acl: { read: 'resource.openid != auth.openid', write: '!(resource.openid == auth.openid)' } },
    cases: [
      ['alice', 'reads', 'users/bobby/*.txt', 'yes', { by: 'bobby' }],
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['wendy', 'reads', 'users/{wendy.uid}/*.txt', 'no', { by: 'wendy' }],
      ['alice', 'reads', 'temp/*.txt', 'no', { by: 'bobby' }],
      ['guest', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['nobody', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'uploads', 'users/bobby/*.txt', 'yes'],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
      ['alice', 'uploads', 'temp/*.txt', 'no'],
      ['guest', 'uploads', 'temp/*.txt', 'no'],
    ],
  },
  {
    name: 'read: two missing values or a login, write: two missing values',
    rules: { acl: { read: 'auth.vip == auth.level || auth.uid != null', write: 'auth.vip == auth.level' } },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'yes'],
      ['guest', 'reads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
    ],
  },
  {
    name: 'read: auth.vip != true, write: resource.openid == null',
    rules: { acl: { read: 'auth.vip != true', write: 'resource.openid == null' } },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'no'],
      ['nobody', 'reads', 'a/*.txt', 'no'],
      ['alice', 'uploads', 'temp/*.txt', 'yes'],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
      ['nobody', 'uploads', 'temp/*.txt', 'yes'],
    ],
  },
  {
    name: 'read: undefined == undefined, write: auth.uid != undefined',
    rules: { acl: { read: 'undefined == undefined', write: 'auth.uid != undefined' } },
    cases: [
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
    ],
  },
  {
    name: 'read: doc.owner == auth.uid, write: request.auth.uid == auth.uid',
    rules: { acl: { read: 'doc.owner == auth.uid', write: 'request.auth.uid == auth.uid' } },
    cases: [
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
    ],
  },
  {
    name: 'read: /./.test(auth.vip), write: !(/./.test(auth.vip))',
    rules: { acl: { read: '/./.test(auth.vip)', write: '!(/./.test(auth.vip))' } },
    cases: [
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'uploads', 'users/alice/*.txt', 'no'],
    ],
  },
])
