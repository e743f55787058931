/** Decided cases of changes between two requests: the rules during an upload, and the lifetime of URLs. */
import { decideStorageCases } from './support/storage-cases.ts'

const OWN = 'auth != null && resource.openid == auth.openid'

decideStorageCases([
  {
    name: 'ticket under READONLY, bytes under ADMINONLY',
    announcedUnder: { acl: 'READONLY' },
    rules: { acl: 'ADMINONLY' },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'no'],
      ['wendy', 'overwrites', 'users/{wendy}/*.png', 'no', { by: 'wendy' }],
      ['guest', 'uploads', 'temp/*.png', 'no'],
    ],
  },
  {
    name: 'ticket under ADMINONLY, then everyone writes',
    announcedUnder: { acl: 'ADMINONLY' },
    rules: { acl: { read: true, write: true } },
    cases: [
      ['alice', 'uploads', 'users/alice/*.png', 'no'],
      ['bobby', 'overwrites', 'users/bobby/*.png', 'no', { by: 'bobby' }],
    ],
  },
  {
    name: `ticket under true, bytes under ${OWN}`,
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
    name: `${OWN}: ticket by uploader, bytes by users/{id}/`,
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
    name: 'ticket without a limit, bytes with a limit of 100 bytes',
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
    name: 'ticket in time, bytes too late',
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
    name: 'maxAge 86400, and everyone reads public/',
    rules: { acl: { read: `/^public\\//.test(resource.path) || ${OWN}`, maxAge: 86_400 } },
    cases: [
      ['alice', 'reads', 'users/alice/*.png', 'yes', { lives: 86_400 }],
      ['alice', 'reads', 'public/*.png', 'yes', { lives: 'for ever' }],
      ['nobody', 'reads', 'public/*.png', 'yes', { lives: 'for ever' }],
    ],
  },
])
