/** Completions for rules: their keys, and inside the expressions the names and functions of the rule language. */

import type { RulesKind } from '../../data/rules-target.ts'
import type { Completion, Completions } from '../../ui/code-completion.ts'
import { t } from './completion-text.ts'

/** What the rules are for, and what is known about the documents. */
export interface RulesScope {
  readonly kind: RulesKind
  /** The names of the fields in the documents of the collection. */
  readonly fields: readonly string[]
  /** The names of the collections, for `get( )`. */
  readonly collections: readonly string[]
  /** The names of the functions. */
  readonly functions: readonly string[]
}

/** A member that is being typed: its object, and the beginning of its name. */
const MEMBER = /(?:^|[^\w$.])((?:auth|resource|doc|request)(?:\.data)?)\.([\w$]*)$/
const WORD = /[A-Za-z_][\w$]*$/
const LOOKUP = /\bget\(\s*['"`]database\.([\w-]*)$/

/**
 * @param position of the cursor
 * @param explicit the user asked for completions, so they are shown even before anything is typed
 */
export function completeRules(
  text: string,
  position: number,
  explicit: boolean,
  scope: RulesScope,
): Completions | undefined {
  const string = stringAt(text, position)
  if (string === undefined) return undefined
  if (string.kind === 'key') return keys(text, string.start, position, scope)
  const written = text.slice(string.start, position)
  const lookup = LOOKUP.exec(written)
  if (lookup !== null && scope.kind === 'database') {
    return found(position - (lookup[1] ?? '').length, scope.collections.map(collectionOption))
  }
  if (insideQuotes(written)) return undefined
  const member = MEMBER.exec(written)
  if (member !== null) return found(position - (member[2] ?? '').length, members(member[1] ?? '', scope))
  const word = WORD.exec(written)
  if (word === null && !explicit) return undefined
  if (word !== null && /[.\w$]$/.test(written.slice(0, word.index))) return undefined
  return found(position - (word?.[0].length ?? 0), names(scope))
}

interface OpenString {
  readonly kind: 'key' | 'expression'
  /** The offset after the opening quote. */
  readonly start: number
}

/** The JSON string around a position; undefined outside strings and in comments. */
function stringAt(text: string, position: number): OpenString | undefined {
  let start: number | undefined
  // A key comes after a brace or a comma.
  let beforeKey = true
  for (let at = 0; at < position; at++) {
    const char = text[at]
    if (start !== undefined) {
      if (char === '\\') at++
      else if (char === '"' || char === '\n') start = undefined
    } else if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at)
      if (end === -1 || end >= position) return undefined
      at = end
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at)
      if (end === -1 || end + 2 > position) return undefined
      at = end + 1
    } else if (char === '"') start = at + 1
    else if (char === ':') beforeKey = false
    else if (char === ',' || char === '{') beforeKey = true
  }
  return start === undefined ? undefined : { kind: beforeKey ? 'key' : 'expression', start }
}

/** Whether the end of an expression is inside a string of the rule language. */
function insideQuotes(written: string): boolean {
  let quote: string | undefined
  for (let at = 0; at < written.length; at++) {
    const char = written[at]
    if (quote === undefined) {
      if (char === "'" || char === '`') quote = char
    } else if (char === '\\') at++
    else if (char === quote) quote = undefined
  }
  return quote !== undefined
}

function keys(text: string, start: number, position: number, { kind, functions }: RulesScope): Completions {
  if (kind === 'functions') return functionKeys(text, start, position, functions)
  const known = kind === 'storage' ? ['read', 'write', 'maxAge'] : ['read', 'write', 'create', 'update', 'delete']
  const given = givenKeys(text)
  const closed = text[position] === '"'
  return found(
    start,
    known
      .filter((name) => !given.has(name))
      .map((name) => ({
        label: name,
        detail: t.key,
        info: t.keys[name as keyof typeof t.keys],
        kind: 'property' as const,
        apply: closed ? name : `${name}": `,
      })),
  )
}

/** The keys of rules for functions: names, and inside them `invoke`. */
function functionKeys(text: string, start: number, position: number, functions: readonly string[]): Completions {
  const before = text.slice(0, start)
  const depth = before.split('{').length - before.split('}').length
  const closed = text[position] === '"'
  if (depth > 1) {
    const apply = closed ? 'invoke' : 'invoke": '
    return found(start, [{ label: 'invoke', detail: t.key, info: t.keys.invoke, kind: 'property', apply }])
  }
  const given = givenKeys(text)
  return found(
    start,
    ['*', ...functions]
      .filter((name) => !given.has(name))
      .map((name) => ({
        label: name,
        detail: name === '*' ? t.allFunctions : t.function,
        kind: 'property' as const,
        apply: closed ? name : `${name}": { "invoke": `,
      })),
  )
}

function givenKeys(text: string): ReadonlySet<string | undefined> {
  return new Set([...text.matchAll(/"([^"\\]+)"\s*:/g)].map(([, name]) => name))
}

function members(of: string, { kind, fields }: RulesScope): readonly Completion[] {
  switch (of) {
    case 'auth':
      return ['openid', 'uid', 'customUserId', 'loginType'].map((label) =>
        property(label, t.auth[label as keyof typeof t.auth]),
      )
    case 'resource':
      if (kind !== 'storage') return []
      return ['openid', 'path', 'size', 'metadata'].map((label) =>
        property(label, t.resource[label as keyof typeof t.resource]),
      )
    case 'request':
      return kind === 'database' ? [property('data', t.data)] : []
    case 'doc':
      return kind === 'database' ? [property('_openid', t.creator), ...others(fields)] : []
    default:
      return kind === 'database' ? others(fields) : []
  }
}

/** The fields that an expression can name after a dot. */
function others(fields: readonly string[]): readonly Completion[] {
  return fields.filter((name) => name !== '_openid' && /^[A-Za-z_$][\w$]*$/.test(name)).map((name) => property(name))
}

function property(label: string, info?: string): Completion {
  return { label, kind: 'property', ...(info === undefined ? {} : { info }) }
}

function names({ kind }: RulesScope): readonly Completion[] {
  const { variables, pieces } = NAMES[kind]()
  return [
    ...variables.map(([label, info]): Completion => ({ label, info, kind: 'variable', detail: t.variable })),
    ...[
      ['auth != null', t.pieces.loggedIn] as const,
      ["auth.loginType != 'ANONYMOUS'", t.pieces.named] as const,
      ...pieces,
    ].map(([label, detail]): Completion => ({ label, detail, kind: 'text' })),
    ...(kind === 'storage'
      ? [{ label: '/^public\\\\//.test(resource.path)', detail: t.pieces.path, kind: 'function' } as const]
      : []),
    ...(kind === 'database'
      ? [{ label: "get('database.')", detail: t.pieces.get, kind: 'function', apply: "get('database." } as const]
      : []),
    ...['null', 'true', 'false', 'in'].map((label): Completion => ({ label, kind: 'keyword', detail: t.word })),
  ]
}

type Named = readonly (readonly [name: string, text: string])[]

/** The variables of an expression, and pieces of the usual ones. */
const NAMES: Readonly<Record<RulesKind, () => { readonly variables: Named; readonly pieces: Named }>> = {
  storage: () => ({
    variables: [
      ['auth', t.variables.auth],
      ['resource', t.variables.resource],
      ['now', t.variables.now],
    ],
    pieces: [['resource.openid == auth.openid', t.pieces.ownFile]],
  }),
  database: () => ({
    variables: [
      ['auth', t.variables.auth],
      ['doc', t.variables.doc],
      ['request.data', t.variables.request],
      ['now', t.variables.now],
    ],
    pieces: [['doc._openid == auth.openid', t.pieces.ownDocument]],
  }),
  functions: () => ({
    variables: [
      ['auth', t.variables.auth],
      ['now', t.variables.now],
    ],
    pieces: [],
  }),
}

function collectionOption(label: string): Completion {
  return { label, kind: 'text', detail: t.collection }
}

function found(from: number, options: readonly Completion[]): Completions {
  return { from, options }
}
