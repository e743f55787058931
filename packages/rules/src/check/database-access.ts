import type { DatabaseOperation } from '../database/context.ts'
import type { RuleNode } from '../language/ast.ts'
import { mayHold } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import { choosersWorld, strangersDatabaseWorlds } from './database-worlds.ts'
import type { Found } from './finding.ts'
import type { Login } from './world-callers.ts'
import { LEVELS, type Reach, reachOf } from './exposure.ts'
import { firstNode, nameless, reads, withMissing } from './rule-search.ts'
import { listed } from '../database/operation-names.ts'

export interface DatabaseAccessOptions {
  /** Those that the rule decides on. */
  readonly operations: readonly DatabaseOperation[]
  /** Whether the environment has anonymous logins. */
  readonly anonymous: boolean
}

/** Whom a rule lets through that its author may not have thought of. */
export function databaseAccessFindings(root: RuleNode, options: DatabaseAccessOptions): readonly Found[] {
  const { operations, anonymous } = options
  if (operations.includes('read')) {
    const nobody = reach(root, 'read', 'nobody')
    const unnamed = anonymous ? reach(root, 'read', 'ANONYMOUS') : 'none'
    const more = LEVELS[unnamed] > LEVELS[nobody]
    return [...readers(root, nobody), ...(more ? [anonymousReads(unnamed)] : [])]
  }
  const open = operations.filter((operation) => reach(root, operation, 'nobody') !== 'none')
  const others = operations.filter((operation) => operation !== 'create' && !open.includes(operation))
  const chosen = operations.filter((operation) => !open.includes(operation) && choosesDocument(root, operation))
  const taken = others.filter((operation) => !chosen.includes(operation))
  return [
    ...(open.length > 0 ? [withoutLogin(open)] : []),
    ...(chosen.length > 0 ? [chosenDocument(root, chosen)] : []),
    ...strangers(root, taken, anonymous),
  ]
}

function reach(root: RuleNode, operation: DatabaseOperation, login: Login): Reach {
  return reachOf(root, strangersDatabaseWorlds(operation, login))
}

function readers(root: RuleNode, nobody: Reach): readonly Found[] {
  if (nobody === 'none') return []
  const all = nobody === 'all'
  const plain = root.kind === 'literal'
  const message = all ? EVERYONE_READS_DOCUMENTS : SOME_ARE_PUBLIC
  return [{ severity: all && !plain ? 'warning' : 'note', code: 'everyone-reads', message }]
}

export const EVERYONE_READS_DOCUMENTS = text(
  'everybody can read every document, logged in or not',
  '任何人都能读取所有文档，无论是否登录',
)

const SOME_ARE_PUBLIC = text(
  'some documents can be read by everybody, logged in or not: those for which the rule asks nothing of auth',
  '部分文档任何人都能读取，无论是否登录：规则对它们没有检查 auth',
)

function anonymousReads(unnamed: Reach): Found {
  const all = unnamed === 'all'
  const which = all ? text('every document', '所有文档') : text('some documents of others', '他人的部分文档')
  const message = text(
    `any anonymous login can read ${which.en}: it is a login to auth != null. ${KEEP_OUT.en}`,
    `任何匿名登录都能读取${which.zh}：对 auth != null 来说它也是登录。${KEEP_OUT.zh}`,
  )
  return { severity: all ? 'warning' : 'note', code: 'anonymous-passes', message }
}

const KEEP_OUT = text(
  "To keep it out add auth.loginType != 'ANONYMOUS'",
  "要排除它，请加上 auth.loginType != 'ANONYMOUS'",
)

function withoutLogin(open: readonly DatabaseOperation[]): Found {
  const verbs = listed(open)
  const message = text(
    `whoever is not logged in can ${verbs.en} documents; begin with auth != null &&`,
    `未登录的人可以${verbs.zh}文档；请以 auth != null && 开头`,
  )
  return { severity: 'warning', code: 'write-without-login', message }
}

/** A document of somebody else is changed by users who have nothing to do with it. */
function strangers(root: RuleNode, operations: readonly DatabaseOperation[], anonymous: boolean): readonly Found[] {
  const passing = (login: Login) => operations.filter((operation) => strangerPasses(root, operation, login))
  const named = operations.filter((operation) => NAMED.some((login) => passing(login).includes(operation)))
  const unnamed = anonymous ? passing('ANONYMOUS') : []
  if (named.length > 0 && !reads(root, 'doc')) {
    const verbs = listed(named)
    const too = unnamed.length > 0 ? text(', anonymous logins too', '，匿名登录也可以') : text('', '')
    const message = text(
      `logged-in users can ${verbs.en} the documents of others${too.en}: the rule asks nothing of doc. ` +
        'Add doc._openid == auth.openid, or a field of doc that names who may',
      `登录用户可以${verbs.zh}他人的文档${too.zh}：规则没有检查 doc。请加上 doc._openid == auth.openid，或检查 doc 中记录有权用户的字段`,
    )
    return [{ severity: 'warning', code: 'ownerless-write', message }]
  }
  if (unnamed.length === 0) return []
  const verbs = listed(unnamed)
  const message = text(
    `any anonymous login can ${verbs.en} documents of others: it is a login to auth != null. ${KEEP_OUT.en}`,
    `任何匿名登录都能${verbs.zh}他人的文档：对 auth != null 来说它也是登录。${KEEP_OUT.zh}`,
  )
  return [{ severity: 'warning', code: 'anonymous-passes', message }]
}

const NAMED: readonly Login[] = ['CUSTOM', 'WECHAT_OPEN']

function strangerPasses(root: RuleNode, operation: DatabaseOperation, login: Login): boolean {
  if (reach(root, operation, login) !== 'none') return true
  const world = choosersWorld(operation, login)
  return mayHold(
    withMissing(nameless(root), (node) => node.kind === 'get'),
    world,
  )
}

/**
 * Whether it is a document that the request chooses that lets a stranger through. A new document is its maker's, so for
 * it only one that need not name the caller counts.
 */
function choosesDocument(root: RuleNode, operation: DatabaseOperation): boolean {
  const rule = nameless(root)
  if (firstNode(rule, isChosen) === undefined) return false
  const without = withMissing(rule, isChosen)
  const chosenOnly = withMissing(rule, (node) => node.kind === 'get' && !isChosen(node))
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

function chosenDocument(root: RuleNode, operations: readonly DatabaseOperation[]): Found {
  const { start, end } = firstNode(nameless(root), isChosen) ?? root
  const edits = operations.filter((operation) => operation !== 'create')
  const verbs = listed(edits)
  const message =
    edits.length > 0
      ? text(
          `the caller chooses in request.data which document get( ) reads, and with one of their own can ${verbs.en} ` +
            'documents of others; take the id from doc instead, as in doc.team',
          `调用者可以通过 request.data 选择 get( ) 读取哪个文档，选用自己的文档就能${verbs.zh}他人的文档；请改用 doc 中的字段作为 ID，例如 doc.team`,
        )
      : text(
          'the caller chooses in request.data which document get( ) reads, and it need not name them; ' +
            'if it is to vouch for them, test that it does, as in auth.uid in get( ).members',
          '调用者可以通过 request.data 选择 get( ) 读取哪个文档，而它不必提到调用者；如果要由它来担保，请检查其中是否有调用者，例如 auth.uid in get( ).members',
        )
  return { severity: edits.length > 0 ? 'warning' : 'note', code: 'get-of-caller-input', span: { start, end }, message }
}
