/** The public calls of the SDKs, read from the type declarations that they publish. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, type Statement, type TSModuleBlock, type TSSignature } from 'oxc-parser'

const PACKAGES = join(import.meta.dirname, '../../node_modules')

/** Interfaces of the declarations by the area of the table. */
const AREAS: Readonly<Record<string, readonly string[]>> = {
  app: ['cloudbase.app.App'],
  storage: ['cloudbase.storage.StorageClient', 'cloudbase.storage.StorageBucketApi'],
  bucket: ['cloudbase.storage.ClassicStorageFileApi'],
  objects: ['cloudbase.storage.StorageFileApi'],
  db: ['cloudbase.database.App', 'Database.Db'],
  collection: ['cloudbase.database.ICollection', 'cloudbase.database.IWatchable'],
  query: ['cloudbase.database.IQuery'],
  doc: ['cloudbase.database.IDocument'],
  command: ['cloudbase.database.ICommand'],
  geo: ['cloudbase.database.IGeo'],
  aggregate: ['cloudbase.database.IAggregate'],
  transaction: [
    'cloudbase.database.ITransaction',
    'cloudbase.database.ITransactionCollection',
    'cloudbase.database.ITransactionDocument',
  ],
  auth: ['cloudbase.auth.App'],
}

/** The same for server SDKs. Their database is that of the client SDK, with a few more calls. */
const SERVER_AREAS: typeof AREAS = {
  app: ['CloudBase'],
  ...Object.fromEntries(['db', 'collection'].map((area) => [area, AREAS[area] ?? []])),
  query: [...(AREAS.query ?? []), 'Database.Query'],
  doc: [...(AREAS.doc ?? []), 'Database.DocumentReference'],
  ...Object.fromEntries(['command', 'geo', 'aggregate', 'transaction'].map((area) => [area, AREAS[area] ?? []])),
  auth: ['Auth'],
}

/** Members that are no calls: settings, and what the SDK uses itself. */
const NO_CALLS = new Set([
  ...['app.eventBus', 'objects.bucketId', 'db.config', 'db.reqClass', 'db.dataVersion', 'doc.id', 'doc.projection'],
])

/** The calls of the client SDK: `app.uploadFile`, `doc.update`. */
export function declaredCalls(): readonly string[] {
  return callsOf(AREAS, ['@cloudbase/js-sdk-3/core.d.ts'])
}

/** The calls of the server SDK. */
export function declaredServerCalls(): readonly string[] {
  return callsOf(SERVER_AREAS, ['@cloudbase/js-sdk-3/core.d.ts', '@cloudbase/node-sdk/types/index.d.ts'])
}

function callsOf(areas: typeof AREAS, files: readonly string[]): readonly string[] {
  // The newest declarations of the database: those of js-sdk leave some calls out.
  const all = [...files, '@cloudbase/node-sdk/types/db.d.ts']
  const members = new Map(all.flatMap((file) => [...membersIn(join(PACKAGES, file))]))
  const rows = Object.entries(areas).flatMap(([area, names]) =>
    names.flatMap((name) => {
      const found = members.get(name)
      if (found === undefined) throw new Error(`the declarations have no ${name}`)
      return found.map((member) => `${area}.${member}`)
    }),
  )
  return [...new Set(rows)].filter((row) => !NO_CALLS.has(row))
}

/** The members of each interface and class of a declaration file, by its full name. */
function membersIn(file: string): Map<string, readonly string[]> {
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'))
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const members = new Map<string, readonly string[]>()
  collect(program.body as Statement[], '', members)
  return members
}

function collect(statements: readonly Statement[], prefix: string, members: Map<string, readonly string[]>): void {
  for (const statement of statements) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declared?.type === 'TSModuleDeclaration') {
      const name = 'name' in declared.id ? declared.id.name : sourceName(declared.id)
      collect((declared.body as TSModuleBlock).body as Statement[], `${prefix}${name}.`, members)
    } else if (declared?.type === 'TSInterfaceDeclaration') {
      members.set(prefix + declared.id.name, declared.body.body.flatMap(keyOf))
    } else if (declared?.type === 'ClassDeclaration' && declared.id !== null) {
      members.set(prefix + declared.id.name, declared.body.body.flatMap(keyOf))
    }
  }
}

function keyOf(member: TSSignature | { readonly key?: unknown; readonly type: string }): readonly string[] {
  const key = 'key' in member ? (member.key as { readonly name?: string } | undefined) : undefined
  const { name } = key ?? {}
  return name === undefined || name === 'constructor' || name.startsWith('_') ? [] : [name]
}

/** `cloudbase.app` of `declare namespace cloudbase.app`. */
function sourceName(id: unknown): string {
  const { left, right, name, value } = id as { left?: unknown; right?: unknown; name?: string; value?: string }
  return left === undefined ? (name ?? value ?? '') : `${sourceName(left)}.${sourceName(right)}`
}
