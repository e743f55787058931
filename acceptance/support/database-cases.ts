/** Decided cases of the database rules: who may do what to which documents. Executed with the official SDKs. */
import assert from 'node:assert/strict'
import { webAction } from './databases.ts'
import { decideGroups, type RuleGroup, type RuleStage, type UserName } from './rule-cases.ts'
import type { Collection, Command, Database } from './sdk.ts'

/** `nobody` is not logged in, and uses plain HTTP, because the client SDK sends nothing then. `admin` is the server SDK. */
type Who = UserName | 'nobody' | 'admin'

/** `reads` gets a document by its id, or finds and counts by a query; `sets` creates or replaces by id. */
type Action = 'reads' | 'updates' | 'sets' | 'removes' | 'adds'

/** A value or, if it needs commands or dates of the SDK, a function. */
export type Data = object | ((command: Command, database: Database) => object)

/**
 * The ids of exactly the documents that are found, changed, replaced or removed; `made`: there is one more document;
 * `denied`: nothing happens, and the answer gives no reason.
 */
type Expected = readonly string[] | 'made' | 'denied'

/**
 * `asked` is the id of a document, a query or, for `adds`, the new document. `data` is written; for `reads` it is the
 * projection. Names of users are replaced (see {@link RuleStage.fill}), but not in the results of functions.
 */
export type DocumentCase = readonly [who: Who, action: Action, asked: string | Data, expected: Expected, data?: Data]

interface StoredDocument {
  readonly _id: string
  readonly [field: string]: unknown
}

export interface DocumentGroup {
  readonly name: string
  readonly acl: string | Readonly<Record<string, boolean | string>>
  /** The documents of each case's collection. */
  readonly documents: readonly StoredDocument[]
  readonly cases: readonly DocumentCase[]
}

/** Collections for lookups of the rules; only administrators can read them. */
export type LookedUp = Readonly<Record<string, readonly StoredDocument[]>>

interface Row {
  readonly entry: DocumentCase
  /** The collection of this case only. */
  readonly collection: string
  readonly group: DocumentGroup
}

const DENIED = 'DATABASE_PERMISSION_DENIED'
/** The default for `data`. */
const PLAIN_DATA = { note: 'new' }

/** Registers a test per case. One call per file, because the call starts the server of the file. */
export function decideDocumentCases(groups: readonly DocumentGroup[], lookedUp: LookedUp = {}): void {
  const tables = groups.map((group, number): RuleGroup<Row> => {
    const { name, acl } = group
    const cases = group.cases.map((entry, at) => ({ entry, group, collection: `rules${number}-row${at}` }))
    const config = Object.fromEntries(cases.map(({ collection }) => [collection, { acl }]))
    return { name: `${name}: ${typeof acl === 'string' ? acl : JSON.stringify(acl)}`, config, cases }
  })
  const rows = tables.flatMap(({ cases }) => cases)
  decideGroups<Row, RuleGroup<Row>>(tables, {
    open: {},
    async prepare(stage) {
      const others = Object.fromEntries(Object.keys(lookedUp).map((name) => [name, { acl: 'ADMINONLY' }]))
      const collections = Object.assign(others, ...tables.map(({ config }) => config))
      await stage.configure({ database: { collections } })
      const contents = [
        ...Object.entries(lookedUp),
        ...rows.map(({ collection, group }) => [collection, group.documents] as const),
      ]
      const database = databaseOf(stage, 'admin')
      await Promise.all(
        contents.map(([name, documents]) => database.collection(name).add(filled(stage, documents) as object)),
      )
    },
    // Each collection has its rules from the start.
    enter: async () => {},
    title: ({ entry }) => titleOf(entry),
    decide,
  })
}

function titleOf([who, action, asked, expected, data]: DocumentCase): string {
  const written = data === undefined ? '' : ` ${action === 'reads' ? 'for' : 'with'} ${textOf(data)}`
  const outcome = typeof expected === 'string' ? expected : expected.join(', ') || 'none'
  return `${who} ${action} ${typeof asked === 'string' ? asked : textOf(asked)}${written}: ${outcome}`
}

/** The source of the expression that a function returns. */
function textOf(data: Data): string {
  if (typeof data !== 'function') return JSON.stringify(data)
  const [, body = ''] = /=>\s*(.*)$/s.exec(String(data)) ?? []
  return body.replace(/^\((.*)\)$/s, '$1').replaceAll(/\s+/g, ' ')
}

async function decide(stage: RuleStage, { entry, collection, group }: Row): Promise<void> {
  const [who, action, asked, expected, data] = entry
  const database = databaseOf(stage, who)
  const given = (from: Data) =>
    typeof from === 'function' ? from(database.command, database) : (filled(stage, from) as object)
  const stored = databaseOf(stage, 'admin').collection(collection)
  const before = await contentOf(stored)
  const target = typeof asked === 'string' ? stage.fill(asked) : given(asked)
  const outcome = await carryOut(database.collection(collection), action, target, data && given(data))
  const after = await contentOf(stored)
  if (expected === 'denied') {
    for (const { code, message } of outcome.answers) {
      assert.equal(code, DENIED)
      assert.deepEqual(leaks(group, message ?? ''), [])
    }
    assert.deepEqual(after, before)
    return
  }
  for (const { code, message } of outcome.answers) assert.equal(code, undefined, message)
  if (expected === 'made') {
    const [made, ...more] = [...after].filter(([id]) => !before.has(id))
    assert.deepEqual([made?.[1]._openid, more], [ownerIn(stage, who), []])
    assert.deepEqual(new Map([...after].filter(([id]) => before.has(id))), before)
  } else if (action === 'reads') {
    assert.deepEqual(outcome.ids, expected)
  } else {
    const changed = [...before].filter(([id, document]) => !same(after.get(id), document)).map(([id]) => id)
    assert.deepEqual(changed, expected)
    assert.equal(outcome.count, expected.length)
    assert.equal(after.size, before.size - (action === 'removes' ? changed.length : 0))
  }
}

interface Outcome {
  readonly answers: readonly { readonly code?: string; readonly message?: string }[]
  /** The ids that were found. */
  readonly ids?: readonly unknown[]
  /** The number of changed documents, according to the SDK. */
  readonly count?: number
}

/** The SDK resolves for refusals; a rejection fails the case. */
async function carryOut(
  collection: Collection,
  action: Action,
  asked: string | object,
  data: object | undefined,
): Promise<Outcome> {
  if (action === 'adds') return { answers: [await collection.add(asked as object)] }
  if (action === 'sets') {
    const answer = await collection.doc(asked as string).set(data ?? PLAIN_DATA)
    return { answers: [answer], count: answer.updated }
  }
  const found = typeof asked === 'string' ? collection.doc(asked) : collection.where(asked)
  switch (action) {
    case 'reads': {
      const answer = await (data === undefined ? found : found.field(data)).get()
      const ids = answer.data?.map(({ _id }) => _id).sort()
      if (typeof asked === 'string') return { answers: [answer], ids }
      const counted = await collection.where(asked).count()
      assert.equal(counted.total, ids?.length)
      return { answers: [answer, counted], ids }
    }
    case 'updates': {
      const answer = await found.update(data ?? PLAIN_DATA)
      return { answers: [answer], count: answer.updated }
    }
    case 'removes': {
      const answer = await found.remove()
      return { answers: [answer], count: answer.deleted }
    }
  }
}

/** All documents of a collection, ordered by id. */
async function contentOf(collection: Collection): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const { data } = await collection.orderBy('_id', 'asc').limit(1000).get()
  return new Map(data.map((document) => [String(document._id), document]))
}

function same(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b)
    return true
  } catch {
    return false
  }
}

/** What a message reveals: parts of rules, and texts and fields of documents. */
function leaks({ acl, documents }: DocumentGroup, message: string): readonly string[] {
  const rules = typeof acl === 'string' ? [acl] : Object.values(acl).map(String)
  const words = [...rules, ...documents.map((document) => JSON.stringify(document))].join(' ').match(/[\w-]{2,}/g) ?? []
  const said = new Set(message.match(/[\w-]{2,}/g))
  // The answer may mention the one field that users never write.
  return [...new Set(words)].filter((word) => word !== '_openid' && said.has(word))
}

function ownerIn({ users }: RuleStage, who: Who): string | undefined {
  if (who === 'nobody' || who === 'admin') return undefined
  return { alice: 'alice', bobby: 'bobby', wendy: users.wendy.openid, guest: users.guest.uid }[who]
}

/** Replaces names of users in the texts and names of plain data; dates stay. */
function filled(stage: RuleStage, value: unknown): unknown {
  if (typeof value === 'string') return stage.fill(value)
  if (Array.isArray(value)) return value.map((item) => filled(stage, item))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [stage.fill(name), filled(stage, item)]))
}

function databaseOf(stage: RuleStage, who: Who): Database {
  if (who === 'nobody') return nobodysDatabase(stage)
  // Its own types belong to another version of the package.
  if (who === 'admin') return stage.admin.database() as unknown as Database
  return stage.users[who].app.database()
}

/** The part of a database that cases use, without SDK and login. */
function nobodysDatabase({ server }: RuleStage): Database {
  const collection = (collectionName: string) => {
    const ask = async (action: string, params: object) => {
      const { code, message, data } = await webAction(server, {
        action: `database.${action}`,
        collectionName,
        ...params,
      })
      return { code, message, ...data }
    }
    const found = (params: object) => ({
      get: async () => {
        const { list, ...answer } = (await ask('queryDocument', params)) as { list?: unknown }
        return { ...answer, data: list }
      },
      count: () => ask('countDocument', params),
      update: (patch: object) =>
        ask('updateDocument', { ...params, data: { $set: patch }, merge: true, upsert: false }),
      set: (data: object) => ask('updateDocument', { ...params, data, merge: false, upsert: true }),
      remove: () => ask('deleteDocument', params),
    })
    return {
      add: (data: object) => ask('addDocument', { data }),
      doc: (_id: string) => found({ queryType: 'DOC', multi: false, query: { _id } }),
      where: (query: object) => found({ queryType: 'WHERE', multi: true, query }),
    }
  }
  return { collection } as unknown as Database
}
