import type { DatabaseOperation } from '../database/context.ts'
import { listOperations } from '../database/operation-names.ts'
import type { RuleNode } from '../language/ast.ts'
import { mayHold } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import { anonymousPasses, publicReads, writesWithoutLogin } from './access-findings.ts'
import { choosersWorld, strangersDatabaseWorlds } from './database-worlds.ts'
import { EXPOSURE_LEVELS, type Exposure, exposureOf } from './exposure.ts'
import type { UnkeyedFinding } from './finding.ts'
import { replaceWithMissing, withoutCallerLookups } from './missing-parts.ts'
import { firstNode, reads } from './rule-search.ts'
import type { Login } from './world-callers.ts'

export interface DatabaseAccessOptions {
  /** Operations that the rule decides. */
  readonly operations: readonly DatabaseOperation[]
  /** Whether the environment allows anonymous logins. */
  readonly anonymous: boolean
}

export const DOCUMENT = text('document', '文档')

/** Callers whom a rule lets in, probably against the author's intention. */
export function databaseAccessFindings(root: RuleNode, options: DatabaseAccessOptions): readonly UnkeyedFinding[] {
  const { operations, anonymous } = options
  if (operations.includes('read')) {
    const toNobody = exposure(root, 'read', 'nobody')
    const toAnonymous = anonymous ? exposure(root, 'read', 'ANONYMOUS') : 'none'
    const more = EXPOSURE_LEVELS[toAnonymous] > EXPOSURE_LEVELS[toNobody]
    return [...publicReads(root, toNobody, DOCUMENT), ...(more ? [anonymousReads(toAnonymous)] : [])]
  }
  const open = operations.filter((operation) => exposure(root, operation, 'nobody') !== 'none')
  const others = operations.filter((operation) => operation !== 'create' && !open.includes(operation))
  const chosen = operations.filter((operation) => !open.includes(operation) && choosesDocument(root, operation))
  const edits = others.filter((operation) => !chosen.includes(operation))
  return [
    ...(open.length > 0 ? [publicWrites(open)] : []),
    ...(chosen.length > 0 ? [chosenDocument(root, chosen)] : []),
    ...strangersEdits(root, edits, anonymous),
  ]
}

function exposure(root: RuleNode, operation: DatabaseOperation, login: Login): Exposure {
  return exposureOf(root, strangersDatabaseWorlds(operation, login))
}

function anonymousReads(toAnonymous: Exposure): UnkeyedFinding {
  const all = toAnonymous === 'all'
  const which = all ? text('every document', '所有文档') : text('some documents of other users', '他人的部分文档')
  return anonymousPasses(text(`read ${which.en}`, `读取${which.zh}`), all ? 'warning' : 'note')
}

function publicWrites(operations: readonly DatabaseOperation[]): UnkeyedFinding {
  const verbs = listOperations(operations)
  return writesWithoutLogin(text(`${verbs.en} documents`, `${verbs.zh}文档`))
}

/** Users can edit documents of other users. */
function strangersEdits(
  root: RuleNode,
  operations: readonly DatabaseOperation[],
  anonymous: boolean,
): readonly UnkeyedFinding[] {
  const passing = (login: Login) => operations.filter((operation) => strangerPasses(root, operation, login))
  const byNamed = operations.filter((operation) => NAMED.some((login) => passing(login).includes(operation)))
  const byAnonymous = anonymous ? passing('ANONYMOUS') : []
  if (byNamed.length > 0 && !reads(root, 'doc')) {
    const verbs = listOperations(byNamed)
    const too = byAnonymous.length > 0 ? text(', anonymous logins included', '，匿名登录也可以') : text('', '')
    const message = text(
      `logged-in users can ${verbs.en} documents of other users${too.en}: the rule does not check doc. ` +
        'Add doc._openid == auth.openid, or check a field of doc that lists the permitted users',
      `登录用户可以${verbs.zh}他人的文档${too.zh}：规则没有检查 doc。请加上 doc._openid == auth.openid，或检查 doc 中记录有权用户的字段`,
    )
    return [{ severity: 'warning', code: 'ownerless-write', message }]
  }
  if (byAnonymous.length === 0) return []
  const verbs = listOperations(byAnonymous)
  return [anonymousPasses(text(`${verbs.en} documents of other users`, `${verbs.zh}他人的文档`), 'warning')]
}

const NAMED: readonly Login[] = ['CUSTOM', 'WECHAT_OPEN']

function strangerPasses(root: RuleNode, operation: DatabaseOperation, login: Login): boolean {
  if (exposure(root, operation, login) !== 'none') return true
  const rule = replaceWithMissing(withoutCallerLookups(root), (node) => node.kind === 'get')
  return mayHold(rule, choosersWorld(operation, login))
}

/**
 * Whether a stranger passes because of a document that the request chooses. A new document belongs to its creator, so for
 * `create` only a chosen document that need not name the caller counts.
 */
function choosesDocument(root: RuleNode, operation: DatabaseOperation): boolean {
  const rule = withoutCallerLookups(root)
  if (firstNode(rule, isChosen) === undefined) return false
  const without = replaceWithMissing(rule, isChosen)
  const chosenOnly = replaceWithMissing(rule, (node) => node.kind === 'get' && !isChosen(node))
  return NAMED.some((login) => {
    if (operation !== 'create') {
      const world = choosersWorld(operation, login)
      return mayHold(chosenOnly, world) && !mayHold(without, world)
    }
    const worlds = strangersDatabaseWorlds('create', login)
    return worlds.some((world) => mayHold(rule, world)) && !worlds.some((world) => mayHold(without, world))
  })
}

function isChosen(node: RuleNode): boolean {
  return node.kind === 'get' && node.id.some((piece) => reads(piece, 'request'))
}

function chosenDocument(root: RuleNode, operations: readonly DatabaseOperation[]): UnkeyedFinding {
  const { start, end } = firstNode(withoutCallerLookups(root), isChosen) ?? root
  const edits = operations.filter((operation) => operation !== 'create')
  const verbs = listOperations(edits)
  const message =
    edits.length > 0
      ? text(
          'the caller chooses through request.data which document get( ) reads, and by choosing their own can ' +
            `${verbs.en} documents of other users; take the id from doc instead, as in doc.team`,
          `调用者可以通过 request.data 选择 get( ) 读取哪个文档，选用自己的文档就能${verbs.zh}他人的文档；请改用 doc 中的字段作为 ID，例如 doc.team`,
        )
      : text(
          'the caller chooses through request.data which document get( ) reads, and it need not name the caller; ' +
            'if it is meant to authorize the caller, check that it does, as in auth.uid in get( ).members',
          '调用者可以通过 request.data 选择 get( ) 读取哪个文档，而它不必提到调用者；如果要由它来担保，请检查其中是否有调用者，例如 auth.uid in get( ).members',
        )
  return { severity: edits.length > 0 ? 'warning' : 'note', code: 'get-of-caller-input', span: { start, end }, message }
}
