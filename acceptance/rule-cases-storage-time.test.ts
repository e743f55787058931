/** Decided cases of what changes between two requests: the rules while an upload is under way, and how long a URL lives. */
import { decideStorageCases } from './support/storage-cases.ts'

const OWN = 'auth != null && resource.openid == auth.openid'

decideStorageCases([
  {
    name: 'announced under READONLY, arrived under ADMINONLY',
    announcedUnder: { acl: 'READONLY' },
    rules: { acl: 'ADMINONLY' },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'no'],
      ['wendy', 'overwrites', 'users/{wendy}/*.png', 'no', { by: 'wendy' }],
      ['guest', 'uploads', 'temp/*.png', 'no'],
    ],
  },
  {
    name: 'announced under ADMINONLY, and then everybody writes',
    announcedUnder: { acl: 'ADMINONLY' },
    rules: { acl: { read: true, write: true } },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'no'],
      ['bobby', 'overwrites', 'users/bobby/*.png', 'no', { by: 'bobby' }],
    ],
  },
  {
    name: `announced under true, arrived under ${OWN}`,
    announcedUnder: { acl: { read: true, write: true } },
    rules: { acl: { read: OWN, write: OWN } },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'yes'],
      ['wendy', 'uploads', 'users/{wendy}/*.png', 'yes'],
      ['alice', 'overwrites', 'users/alice/*.png', 'yes', { by: 'admin' }],
      ['alice', 'uploads', 'users/bobby/*.png', 'no'],
      ['bobby', 'overwrites', 'users/alice/*.png', 'no', { by: 'bobby' }],
      ['alice', 'uploads', 'temp/*.png', 'no'],
      ['guest', 'uploads', 'users/{guest}/*.png', 'no'],
    ],
  },
  {
    name: `${OWN}: announced as the uploader’s, arrived as that of users/{id}/`,
    announcedUnder: { acl: { read: OWN, write: OWN }, resourceOpenid: 'creator' },
    rules: { acl: { read: OWN, write: OWN }, resourceOpenid: 'path' },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'yes'],
      ['bobby', 'uploads', 'users/alice/*.png', 'no'],
      ['alice', 'uploads', 'temp/*.png', 'no'],
      ['bobby', 'overwrites', 'users/alice/*.png', 'no', { by: 'bobby' }],
    ],
  },
  {
    name: 'announced without a limit, arrived with one of 100 bytes',
    announcedUnder: { acl: { write: 'auth != null' } },
    rules: { acl: { write: 'auth != null && resource.size <= 100' } },
    cases: [
      ['alice', 'uploads', 'a/*.bin', 'yes', { size: 100 }],
      ['alice', 'uploads', 'a/*.bin', 'no', { size: 101 }],
      ['guest', 'overwrites', 'a/*.bin', 'yes', { size: 7 }],
      ['guest', 'overwrites', 'a/*.bin', 'no', { size: 700 }],
    ],
  },
  {
    name: 'announced in time, arrived too late',
    announcedUnder: { acl: { write: 'auth != null && now < 4102444800000' } },
    rules: { acl: { write: 'auth != null && now < 1000000000000' } },
    cases: [['alice', 'uploads', 'users/alice/*.png', 'no']],
  },
  {
    name: 'maxAge 600 in the rules, tempUrlMaxAge 1234',
    rules: { acl: { read: OWN, write: OWN, maxAge: 600 }, tempUrlMaxAge: 1234 },
    cases: [
      ['alice', 'reads', 'users/alice/*.png', 'yes', { lives: 600 }],
      ['bobby', 'reads', 'users/bobby/*.png', 'yes', { lives: 600 }],
      ['wendy', 'reads', 'users/{wendy}/*.png', 'yes', { lives: 600 }],
      ['bobby', 'reads', 'users/alice/*.png', 'no'],
    ],
  },
  {
    name: 'no maxAge in the rules, tempUrlMaxAge 1234',
    rules: { acl: { read: OWN, write: OWN }, tempUrlMaxAge: 1234 },
    cases: [
      ['alice', 'reads', 'users/alice/*.png', 'yes', { lives: 1234 }],
      ['wendy', 'reads', 'users/{wendy.uid}/*.png', 'yes', { lives: 1234 }],
    ],
  },
  {
    name: 'maxAge 86400, and everybody reads public/',
    rules: { acl: { read: `/^public\\//.test(resource.path) || ${OWN}`, maxAge: 86_400 } },
    cases: [
      ['alice', 'reads', 'users/alice/*.png', 'yes', { lives: 86_400 }],
      ['alice', 'reads', 'public/*.png', 'yes', { lives: 'for ever' }],
      ['nobody', 'reads', 'public/*.png', 'yes', { lives: 'for ever' }],
    ],
  },
])
