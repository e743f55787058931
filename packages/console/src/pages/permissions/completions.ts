/** What could stand at a place in rules: their keys, and inside of the texts the names and functions of the language. */
import type { Completion, Completions } from '../../ui/code-editor.tsx'
import { words } from './completion-words.ts'

/** Whose rules are written, and what is known of the documents. */
export interface RulesScope {
  readonly kind: 'storage' | 'database'
  /** Names of fields that documents of the collection have. */
  readonly fields: readonly string[]
  /** Names of the collections that `get( )` can look into. */
  readonly collections: readonly string[]
}

/** A member that is being written: what it is of, and how much of its name there is. */
const MEMBER = /(?:^|[^\w$.])((?:auth|resource|doc|request)(?:\.data)?)\.([\w$]*)$/
const WORD = /[A-Za-z_][\w$]*$/
const LOOKUP = /\bget\(\s*['"`]database\.([\w-]*)$/

/**
 * @param position where the cursor stands
 * @param explicit the writer asked for them, so they may come where nothing was typed
 */
export function completeRules(
  text: string,
  position: number,
  explicit: boolean,
  scope: RulesScope,
): Completions | undefined {
  const place = placeAt(text, position)
  if (place === undefined) return undefined
  if (place.kind === 'key') return keys(text, place.start, position, scope)
  const written = text.slice(place.start, position)
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

interface Place {
  readonly kind: 'key' | 'expression'
  /** Behind the opening quote. */
  readonly start: number
}

/** The JSON text in which a position lies; undefined outside of texts and in comments. */
function placeAt(text: string, position: number): Place | undefined {
  let start: number | undefined
  // Before a name stand only a brace or a comma.
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

/** Whether a text of the language is being written inside of the expression. */
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

function keys(text: string, start: number, position: number, { kind }: RulesScope): Completions {
  const known = kind === 'storage' ? ['read', 'write', 'maxAge'] : ['read', 'write', 'create', 'update', 'delete']
  const given = new Set([...text.matchAll(/"(\w+)"\s*:/g)].map(([, name]) => name))
  const w = words()
  const closed = text[position] === '"'
  return found(
    start,
    known
      .filter((name) => !given.has(name))
      .map((name) => ({
        label: name,
        detail: w.key,
        info: w.keys[name as keyof typeof w.keys],
        kind: 'property' as const,
        apply: closed ? name : `${name}": `,
      })),
  )
}

function members(of: string, { kind, fields }: RulesScope): readonly Completion[] {
  const w = words()
  switch (of) {
    case 'auth':
      return ['openid', 'uid', 'customUserId', 'loginType'].map((label) =>
        property(label, w.auth[label as keyof typeof w.auth]),
      )
    case 'resource':
      if (kind === 'database') return []
      return ['openid', 'path', 'size', 'metadata'].map((label) =>
        property(label, w.resource[label as keyof typeof w.resource]),
      )
    case 'request':
      return kind === 'database' ? [property('data', w.data)] : []
    case 'doc':
      return kind === 'database' ? [property('_openid', w.creator), ...others(fields)] : []
    default:
      return kind === 'database' ? others(fields) : []
  }
}

/** Fields that rules can name after a dot. */
function others(fields: readonly string[]): readonly Completion[] {
  return fields.filter((name) => name !== '_openid' && /^[A-Za-z_$][\w$]*$/.test(name)).map((name) => property(name))
}

function property(label: string, info?: string): Completion {
  return { label, kind: 'property', ...(info === undefined ? {} : { info }) }
}

function names({ kind }: RulesScope): readonly Completion[] {
  const w = words()
  const variables: readonly (readonly [string, string])[] =
    kind === 'storage'
      ? [
          ['auth', w.variables.auth],
          ['resource', w.variables.resource],
          ['now', w.variables.now],
        ]
      : [
          ['auth', w.variables.auth],
          ['doc', w.variables.doc],
          ['request.data', w.variables.request],
          ['now', w.variables.now],
        ]
  const pieces: readonly (readonly [string, string])[] = [
    ['auth != null', w.pieces.loggedIn],
    ["auth.loginType != 'ANONYMOUS'", w.pieces.named],
    kind === 'storage'
      ? ['resource.openid == auth.openid', w.pieces.ownFile]
      : ['doc._openid == auth.openid', w.pieces.ownDocument],
  ]
  return [
    ...variables.map(([label, info]): Completion => ({ label, info, kind: 'variable', detail: w.variable })),
    ...pieces.map(([label, detail]): Completion => ({ label, detail, kind: 'text' })),
    ...(kind === 'storage'
      ? [{ label: '/^public\\\\//.test(resource.path)', detail: w.pieces.path, kind: 'function' } as const]
      : [{ label: "get('database.')", detail: w.pieces.get, kind: 'function', apply: "get('database." } as const]),
    ...['null', 'true', 'false', 'in'].map((label): Completion => ({ label, kind: 'keyword', detail: w.word })),
  ]
}

function collectionOption(label: string): Completion {
  return { label, kind: 'text', detail: words().collection }
}

function found(from: number, options: readonly Completion[]): Completions {
  return { from, options }
}
