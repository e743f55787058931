/** Decided cases of the database rules: get( ) looks up other documents. */
import { type DocumentGroup, decideDocumentCases } from './support/database-cases.ts'

const team = (_id: string, ...uids: readonly string[]) => ({
  _id,
  members: Object.fromEntries(uids.map((uid) => [uid, 'member'])),
  list: uids,
})
const MANY = Array.from({ length: 11 }, (_, at) => `many${at}`)

/** Only administrators and rules can read these. */
const LOOKED_UP = {
  teams: [
    team('red', '{alice.uid}', '{bobby.uid}'),
    team('green', '{alice.uid}'),
    team('blue', '{wendy.uid}'),
    ...MANY.map((_id) => team(_id, '{alice.uid}', '{bobby.uid}')),
  ],
  roles: [{ _id: 'moderators', list: ['{alice.uid}'] }],
  bans: [{ _id: '{bobby.uid}', why: 'spam' }],
  settings: [
    { _id: 'shop', open: true },
    { _id: 'stall', open: false },
  ],
  people: [
    { _id: 'alice', tenant: 't1', team: 'red' },
    { _id: 'bobby', tenant: 't2', team: 'none' },
    { _id: '{wendy}', tenant: 't1', team: 'blue' },
  ],
  projects: [{ _id: 'p1', _openid: 'alice' }, { _id: 'p2', _openid: '{wendy}' }, { _id: 'p3' }],
}

const ORDERS = [
  { _id: 'blue1', team: 'blue' },
  { _id: 'green1', team: 'green' },
  { _id: 'lost', team: 'there-is-none' },
  { _id: 'none' },
  { _id: 'number', team: 7 },
  { _id: 'red1', team: 'red' },
]

const MEMBER = "get('database.teams.' + doc.team).members[auth.uid] == 'member'"

const TEAMS: readonly DocumentGroup[] = [
  {
    name: 'members of the team of the document',
    acl: {
      read: MEMBER,
      update: MEMBER,
      delete: MEMBER,
      create: "auth.uid in get('database.teams.' + request.data.team).list",
    },
    documents: ORDERS,
    cases: [
      ['alice', 'reads', { team: 'red' }, ['red1']],
      ['bobby', 'reads', { team: 'red' }, ['red1']],
      ['wendy', 'reads', { team: 'blue' }, ['blue1']],
      ['alice', 'reads', (_) => ({ team: _.eq('red') }), ['red1']],
      ['alice', 'reads', (_) => ({ team: _.in(['red']) }), ['red1']],
      // With several teams each is looked up.
      ['alice', 'reads', (_) => ({ team: _.in(['red', 'green']) }), ['green1', 'red1']],
      ['alice', 'reads', (_) => _.or([{ team: 'red' }, { team: 'green' }]), ['green1', 'red1']],
      ['bobby', 'reads', (_) => ({ team: _.in(['red', 'green']) }), 'denied'],
      ['alice', 'reads', { team: 'blue' }, 'denied'],
      ['alice', 'reads', { team: 'there-is-none' }, 'denied'],
      ['alice', 'reads', { team: null }, 'denied'],
      ['alice', 'reads', (_) => ({ team: _.neq('blue') }), 'denied'],
      ['alice', 'reads', {}, 'denied'],
      ['guest', 'reads', { team: 'red' }, 'denied'],
      ['nobody', 'reads', { team: 'red' }, 'denied'],
      ['alice', 'reads', 'red1', ['red1']],
      ['alice', 'reads', 'blue1', 'denied'],
      ['alice', 'reads', 'lost', 'denied'],
      ['alice', 'reads', 'none', 'denied'],
      ['alice', 'reads', 'number', 'denied'],
      ['alice', 'reads', 'missing', 'denied'],
      ['admin', 'reads', {}, ['blue1', 'green1', 'lost', 'none', 'number', 'red1']],
      ['alice', 'updates', { team: 'green' }, ['green1']],
      ['bobby', 'updates', { team: 'green' }, 'denied'],
      ['alice', 'updates', {}, 'denied'],
      ['bobby', 'updates', 'red1', ['red1']],
      ['bobby', 'updates', 'green1', 'denied'],
      ['alice', 'removes', { team: 'red' }, ['red1']],
      ['wendy', 'removes', { team: 'red' }, 'denied'],
      ['wendy', 'removes', 'blue1', ['blue1']],
      ['wendy', 'removes', 'red1', 'denied'],
      ['alice', 'adds', { team: 'red' }, 'made'],
      ['alice', 'adds', { team: 'blue' }, 'denied'],
      ['alice', 'adds', { team: 'there-is-none' }, 'denied'],
      ['alice', 'adds', { team: ['red'] }, 'denied'],
      ['alice', 'adds', { team: '' }, 'denied'],
      ['alice', 'adds', {}, 'denied'],
      ['nobody', 'adds', { team: 'red' }, 'denied'],
      ['alice', 'reads', (_) => ({ team: _.in(MANY.slice(0, 10)) }), []],
      ['alice', 'reads', (_) => ({ team: _.in(MANY) }), 'denied'],
    ],
  },
  {
    name: 'the same as a template',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template belongs to the rule
    acl: { read: "get(`database.teams.${doc.team}`).members[auth.uid] == 'member'" },
    documents: ORDERS,
    cases: [
      ['alice', 'reads', { team: 'red' }, ['red1']],
      ['alice', 'reads', { team: 'blue' }, 'denied'],
      ['alice', 'reads', 'red1', ['red1']],
      ['alice', 'reads', 'blue1', 'denied'],
      ['nobody', 'reads', 'red1', 'denied'],
    ],
  },
  {
    name: 'the same as a template in plain quotes',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template belongs to the rule
    acl: { read: "get('database.teams.${doc.team}').members[auth.uid] == 'member'" },
    documents: ORDERS,
    cases: [
      ['alice', 'reads', { team: 'red' }, ['red1']],
      ['alice', 'reads', { team: 'blue' }, 'denied'],
      ['bobby', 'reads', 'red1', ['red1']],
      ['bobby', 'reads', 'green1', 'denied'],
    ],
  },
]

const PEOPLE: readonly DocumentGroup[] = [
  {
    name: 'moderators',
    acl: { read: true, write: "auth.uid in get('database.roles.moderators').list" },
    documents: ORDERS,
    cases: [
      ['alice', 'updates', 'blue1', ['blue1']],
      ['alice', 'updates', {}, ['blue1', 'green1', 'lost', 'none', 'number', 'red1']],
      ['alice', 'removes', 'missing', []],
      ['alice', 'adds', { n: 1 }, 'made'],
      ['bobby', 'updates', 'blue1', 'denied'],
      ['bobby', 'updates', { team: 'red' }, 'denied'],
      ['guest', 'adds', { n: 1 }, 'denied'],
      ['nobody', 'removes', 'blue1', 'denied'],
    ],
  },
  {
    name: 'every logged-in user who is not banned',
    acl: { read: true, write: "auth != null && get('database.bans.' + auth.uid) == null" },
    documents: ORDERS,
    cases: [
      ['alice', 'adds', { n: 1 }, 'made'],
      ['guest', 'updates', 'red1', ['red1']],
      ['bobby', 'adds', { n: 1 }, 'denied'],
      ['bobby', 'updates', {}, 'denied'],
      ['bobby', 'reads', 'red1', ['red1']],
      ['nobody', 'adds', { n: 1 }, 'denied'],
    ],
  },
  {
    name: 'a switch that is on, and one that is off',
    acl: {
      create: "get('database.settings.shop').open == true",
      update: "get('database.settings.stall').open == true",
      delete: "get('database.settings.missing').open == true",
      read: "get('database.undeclared.shop').open == true",
    },
    documents: ORDERS,
    cases: [
      ['guest', 'adds', { n: 1 }, 'made'],
      ['guest', 'updates', 'red1', 'denied'],
      ['guest', 'removes', 'red1', 'denied'],
      ['guest', 'reads', 'red1', 'denied'],
    ],
  },
  {
    name: 'tenants: the record of the caller says which documents',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template belongs to the rule
    acl: { read: 'doc.tenant == get(`database.people.${auth.openid}`).tenant' },
    documents: [{ _id: 'one', tenant: 't1' }, { _id: 'two', tenant: 't2' }, { _id: 'zero' }],
    cases: [
      ['alice', 'reads', { tenant: 't1' }, ['one']],
      ['wendy', 'reads', { tenant: 't1' }, ['one']],
      ['bobby', 'reads', { tenant: 't2' }, ['two']],
      ['bobby', 'reads', { tenant: 't1' }, 'denied'],
      ['alice', 'reads', {}, 'denied'],
      ['alice', 'reads', 'one', ['one']],
      ['alice', 'reads', 'two', 'denied'],
      ['alice', 'reads', 'zero', 'denied'],
      // Without an openid there is no record, and a missing record has no tenant that could match.
      ['guest', 'reads', { tenant: 't1' }, 'denied'],
      ['guest', 'reads', 'zero', 'denied'],
    ],
  },
  {
    name: 'get( ) in get( )',
    acl: {
      read: "'{alice.uid}' in get('database.teams.' + get('database.people.' + auth.openid).team).list",
    },
    documents: ORDERS,
    cases: [
      ['alice', 'reads', { team: 'red' }, ['red1']],
      ['bobby', 'reads', { team: 'red' }, 'denied'],
      ['wendy', 'reads', { team: 'red' }, 'denied'],
      ['nobody', 'reads', { team: 'red' }, 'denied'],
    ],
  },
  {
    name: 'three get( ), and the owner of what is looked up',
    acl: {
      read: "get('database.projects.' + doc.project)._openid == auth.openid && get('database.settings.shop').open == true && get('database.settings.stall').open == false",
    },
    documents: [
      { _id: 'hers', project: 'p1' },
      { _id: 'nobodys', project: 'p3' },
      { _id: 'wendys', project: 'p2' },
    ],
    cases: [
      ['alice', 'reads', { project: 'p1' }, ['hers']],
      ['wendy', 'reads', 'wendys', ['wendys']],
      ['alice', 'reads', 'wendys', 'denied'],
      ['alice', 'reads', 'nobodys', 'denied'],
      ['nobody', 'reads', 'nobodys', 'denied'],
    ],
  },
]

decideDocumentCases([...TEAMS, ...PEOPLE], LOOKED_UP)
