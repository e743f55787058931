/** Decided cases of `resource` and `now`: path, size, metadata, time. */
import { decideStorageCases } from './support/storage-cases.ts'

const OWN = 'auth != null && resource.openid == auth.openid'
const YEAR_2001 = 1_000_000_000_000
const YEAR_2100 = 4_102_444_800_000

decideStorageCases([
  {
    name: 'read: public/ or the owner, write: the owner',
    rules: { acl: { read: `/^public\\//.test(resource.path) || (${OWN})`, write: OWN } },
    cases: [
      ['nobody', 'reads', 'public/*.png', 'yes', { lives: 'for ever' }],
      ['nobody', 'reads', 'public/a/b/*.png', 'yes'],
      ['nobody', 'reads', 'public/*.png', 'missing'],
      ['nobody', 'reads', 'xpublic/*.png', 'no'],
      ['nobody', 'reads', 'Public/*.png', 'no'],
      ['nobody', 'reads', 'publicity/*.png', 'no'],
      ['nobody', 'reads', 'users/alice/public/*.png', 'no', { by: 'alice' }],
      ['alice', 'reads', 'users/alice/public/*.png', 'yes', { by: 'alice', lives: 7200 }],
      ['alice', 'uploads', 'public/*.png', 'no'],
      ['alice', 'deletes', 'public/*.png', 'no', { by: 'alice' }],
      ['admin', 'deletes', 'public/*.png', 'yes', { by: 'alice' }],
    ],
  },
  {
    name: 'read: 公开/ by pattern, write: pictures of the owner by their names',
    rules: {
      acl: {
        read: '/^公开\\//.test(resource.path)',
        write: `${OWN} && /\\.(jpe?g|png|webp)$/i.test(resource.path)`,
      },
    },
    cases: [
      ['nobody', 'reads', '公开/图 *.png', 'yes'],
      ['nobody', 'reads', '公开图/*.png', 'no'],
      ['nobody', 'reads', '%E5%85%AC%E5%BC%80/*.png', 'no'],
      ['alice', 'uploads', 'users/alice/*.png', 'yes'],
      ['alice', 'uploads', 'users/alice/*.JPeG', 'yes'],
      ['alice', 'uploads', 'users/alice/*.jpg', 'yes'],
      ['alice', 'uploads', 'users/alice/*.gif', 'no'],
      ['alice', 'uploads', 'users/alice/*.png.exe', 'no'],
      ['alice', 'uploads', 'users/alice/*png', 'no'],
      ['alice', 'uploads', 'users/bobby/*.png', 'no'],
      ['alice', 'copies', 'users/alice/*.png', 'no', { by: 'alice', to: 'users/alice/2/*.png' }],
    ],
  },
  {
    name: 'read: a team folder for two, write: one path by its name',
    rules: {
      acl: {
        read: "/^team\\/red\\//.test(resource.path) && auth.uid in ['{alice.uid}', '{wendy.uid}']",
        write: "auth != null && resource.path in ['docs/guide.pdf', 'docs/index.html']",
      },
    },
    cases: [
      ['alice', 'reads', 'team/red/*.txt', 'yes'],
      ['wendy', 'reads', 'team/red/a/*.txt', 'yes', { by: 'alice' }],
      ['bobby', 'reads', 'team/red/*.txt', 'no', { by: 'bobby' }],
      ['nobody', 'reads', 'team/red/*.txt', 'no'],
      ['alice', 'reads', 'team/redder/*.txt', 'no'],
      ['alice', 'reads', 'team/blue/*.txt', 'no'],
      ['guest', 'uploads', 'docs/guide.pdf', 'yes'],
      ['alice', 'overwrites', 'docs/index.html', 'yes'],
      ['alice', 'uploads', 'docs/guide.pdf2', 'no'],
      ['alice', 'uploads', 'docs/Guide.pdf', 'no'],
      ['nobody', 'uploads', 'docs/guide.pdf', 'no'],
    ],
  },
  {
    name: 'read: resource.size < 100, write: resource.size <= 100',
    rules: { acl: { read: 'resource.size < 100', write: 'auth != null && resource.size <= 100' } },
    cases: [
      ['nobody', 'reads', 'a/*.bin', 'yes', { size: 99 }],
      ['nobody', 'reads', 'a/*.bin', 'yes', { size: 0 }],
      ['nobody', 'reads', 'a/*.bin', 'no', { size: 100 }],
      // The size is unknown when the ticket is requested.
      ['alice', 'uploads', 'a/*.bin', 'no', { size: 50 }],
      ['alice', 'deletes', 'a/*.bin', 'yes', { size: 100 }],
      ['alice', 'deletes', 'a/*.bin', 'no', { size: 101 }],
    ],
  },
  {
    name: 'write: resource.size == null || resource.size <= 100',
    rules: { acl: { read: true, write: 'auth != null && (resource.size == null || resource.size <= 100)' } },
    cases: [
      ['alice', 'uploads', 'a/*.bin', 'yes', { size: 100 }],
      ['bobby', 'uploads', 'a/*.bin', 'yes', { size: 0 }],
      ['alice', 'uploads', 'a/*.bin', 'no', { size: 101 }],
      ['bobby', 'uploads', 'a/*.bin', 'no', { size: 5000 }],
      ['nobody', 'uploads', 'a/*.bin', 'no', { size: 10 }],
      ['admin', 'uploads', 'a/*.bin', 'yes', { size: 5000 }],
      ['guest', 'overwrites', 'a/*.bin', 'yes', { size: 100 }],
    ],
  },
  {
    name: 'read: resource.metadata.open == true, write: resource.metadata.editor == auth.uid',
    rules: { acl: { read: 'resource.metadata.open == true', write: 'resource.metadata.editor == auth.uid' } },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'yes', { by: 'alice', metadata: { open: true } }],
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { open: false } }],
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { open: 'true' } }],
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { open: 1 } }],
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { Open: true } }],
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice' }],
      ['bobby', 'deletes', 'a/*.txt', 'yes', { by: 'alice', metadata: { editor: 'bobby' } }],
      ['alice', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { editor: 'bobby' } }],
      ['bobby', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { editor: ['bobby'] } }],
      ['nobody', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { editor: null } }],
      ['nobody', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { other: 1 } }],
    ],
  },
  {
    name: "read: resource.metadata.share.level >= 3, write: resource.metadata['share']['level'] == null",
    rules: {
      acl: {
        read: 'resource.metadata.share.level >= 3',
        write: "auth != null && resource.metadata['share']['level'] == null",
      },
    },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'yes', { by: 'alice', metadata: { share: { level: 3 } } }],
      ['nobody', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { share: { level: 2.9 } } }],
      ['nobody', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { share: { level: '3' } } }],
      ['nobody', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { share: null } }],
      ['nobody', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { share: 3 } }],
      ['nobody', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { 'share.level': 3 } }],
      ['bobby', 'deletes', 'a/*.txt', 'yes', { by: 'alice', metadata: { share: { level: null } } }],
      ['bobby', 'deletes', 'a/*.txt', 'yes', { by: 'alice', metadata: { share: {} } }],
      ['bobby', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { share: { level: 0 } } }],
    ],
  },
  {
    name: 'read: resource.metadata.constructor != null, write: resource.metadata == resource.metadata',
    rules: {
      acl: { read: 'resource.metadata.constructor != null', write: 'resource.metadata == resource.metadata' },
    },
    cases: [
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { a: 1 } }],
      // Names of JavaScript internals are missing, even if they are stored.
      ['alice', 'reads', 'a/*.txt', 'no', { by: 'alice', metadata: { constructor: 1 } }],
      ['alice', 'deletes', 'a/*.txt', 'no', { by: 'alice', metadata: { a: 1 } }],
      ['alice', 'deletes', 'a/*.txt', 'no', { by: 'alice' }],
    ],
  },
  {
    name: 'read: now is past 2001, write: now is past 2100',
    rules: { acl: { read: `now > ${YEAR_2001}`, write: `now > ${YEAR_2100}` } },
    cases: [
      ['nobody', 'reads', 'a/*.txt', 'yes'],
      ['alice', 'uploads', 'a/*.txt', 'no'],
      ['admin', 'uploads', 'a/*.txt', 'yes'],
    ],
  },
  {
    name: 'read: before 2001, write: before 2100',
    rules: { acl: { read: `now <= ${YEAR_2001}`, write: `auth != null && now < ${YEAR_2100}` } },
    cases: [
      ['alice', 'reads', 'users/alice/*.txt', 'no', { by: 'alice' }],
      ['alice', 'uploads', 'a/*.txt', 'yes'],
      ['nobody', 'uploads', 'a/*.txt', 'no'],
    ],
  },
])
