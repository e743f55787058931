import { childrenOf, type RuleNode, type Span } from '../language/ast.ts'
import { mayHold } from '../possible/possible-values.ts'
import type { StorageOperation } from '../storage/context.ts'
import type { ResourceOpenid } from '../storage/scope.ts'
import { text } from '../text.ts'
import type { Found } from './finding.ts'
import type { Login } from './world-callers.ts'
import { LEVELS, type Reach, reachOf } from './exposure.ts'
import { reads } from './rule-search.ts'
import { allWorlds, strangersWorlds } from './storage-worlds.ts'

export interface AccessOptions {
  readonly operation: StorageOperation
  readonly mode: ResourceOpenid
  /** Whether the environment has anonymous logins. */
  readonly anonymous: boolean
}

/** Whom a rule lets through that its author may not have thought of, and whom it keeps out. */
export function accessFindings(root: RuleNode, options: AccessOptions): readonly Found[] {
  const { operation, mode, anonymous } = options
  const nobody = reach(root, mode, 'nobody')
  const unnamed = anonymous ? reach(root, mode, 'ANONYMOUS') : 'none'
  return [
    ...(operation === 'read' ? readers(root, nobody) : writers(nobody)),
    ...(LEVELS[unnamed] > LEVELS[nobody] ? [anonymousPasses(operation, unnamed)] : []),
    ...(nobody === 'all' ? [] : pathWithoutOwner(root, options)),
    ...(operation === 'write' ? sizeDeniesTicket(root, mode) : []),
  ]
}

function reach(root: RuleNode, mode: ResourceOpenid, login: Login): Reach {
  return reachOf(root, strangersWorlds(mode, login))
}

/** A rule that is plainly `true` says that everybody reads; one that only amounts to it may not mean to. */
function readers(root: RuleNode, nobody: Reach): readonly Found[] {
  if (nobody === 'none') return []
  const all = nobody === 'all'
  const plain = root.kind === 'literal'
  const message = all ? EVERYONE_READS : SOME_ARE_PUBLIC
  return [{ severity: all && !plain ? 'warning' : 'note', code: 'everyone-reads', message }]
}

export const EVERYONE_READS = text(
  'everybody can read every file, logged in or not',
  '任何人都能读取所有文件，无论是否登录',
)

const SOME_ARE_PUBLIC = text(
  'some files can be read by everybody, logged in or not: those for which the rule asks nothing of auth',
  '部分文件任何人都能读取，无论是否登录：规则对它们没有检查 auth',
)

function writers(nobody: Reach): readonly Found[] {
  if (nobody === 'none') return []
  const which = nobody === 'all' ? text('every file', '所有文件') : text('some files', '部分文件')
  const message = text(
    `whoever is not logged in can write and delete ${which.en}; begin with auth != null &&`,
    `未登录的人可以写入和删除${which.zh}；请以 auth != null && 开头`,
  )
  return [{ severity: 'warning', code: 'write-without-login', message }]
}

function anonymousPasses(operation: StorageOperation, unnamed: Reach): Found {
  const which = unnamed === 'all' ? text('every file', '所有文件') : text('some files', '部分文件')
  const what =
    operation === 'read'
      ? text(`read ${which.en}`, `读取${which.zh}`)
      : text(`write and delete ${which.en} of others`, `写入和删除他人的${which.zh}`)
  const message = text(
    `any anonymous login can ${what.en}: it is a login to auth != null. To keep it out add auth.loginType != 'ANONYMOUS'`,
    `任何匿名登录都能${what.zh}：对 auth != null 来说它也是登录。要排除它，请加上 auth.loginType != 'ANONYMOUS'`,
  )
  return {
    severity: operation === 'write' || unnamed === 'all' ? 'warning' : 'note',
    code: 'anonymous-passes',
    message,
  }
}

/** A stranger passes in the directory of somebody else, and only because of what the path looks like. */
function pathWithoutOwner(root: RuleNode, { operation, mode }: AccessOptions): readonly Found[] {
  const passes = (place: 'claimed' | 'untestable'): boolean =>
    strangersWorlds(mode, 'CUSTOM', { place, owned: true }).some((world) => mayHold(root, world))
  const test = firstWith(root, 'path')
  if (test === undefined || !passes('claimed') || passes('untestable')) return []
  const what = operation === 'read' ? text('read', '读取') : text('write and delete', '写入和删除')
  const anchor =
    test.kind === 'test' && !test.pattern.startsWith('^')
      ? text('; without ^ the pattern matches anywhere in the path', '；没有 ^ 的模式可以匹配路径的任何位置')
      : text('', '')
  const message = text(
    `the path is tested, but not whose it is: other users can ${what.en} files in users/{id}/ that it matches${anchor.en}`,
    `只检查了路径，没有检查所有者：其他用户可以${what.zh} users/{id}/ 下匹配的文件${anchor.zh}`,
  )
  return [{ severity: 'warning', code: 'path-without-owner', span: spanOf(test), message }]
}

/** A test of the size that leaves no way through while the size is not known: no upload can be announced. */
function sizeDeniesTicket(root: RuleNode, mode: ResourceOpenid): readonly Found[] {
  const worlds = (sized: 'yes' | 'no') => allWorlds(mode, { sized })
  const may = (node: RuleNode, sized: 'yes' | 'no') => worlds(sized).some((world) => mayHold(node, world))
  const culprit = (node: RuleNode): RuleNode | undefined => {
    if (!reads(node, 'resource', 'size') || !may(node, 'yes')) return undefined
    if (!may(node, 'no')) return firstWith(node, 'size')
    if (node.kind !== 'logical') return undefined
    // An alternative such as resource.size == null is the way through for the others.
    const open = node.operands.some((operand) => reads(operand, 'resource', 'size') && may(operand, 'no'))
    if (node.operator === '||' && open) return undefined
    return node.operands.map(culprit).find((found) => found !== undefined)
  }
  const found = culprit(root)
  if (found === undefined) return []
  const message = text(
    'the size is not known when an upload is announced, so this denies every upload that needs it; ' +
      'write (resource.size == null || ...), or use storage.maxFileSize',
    '申请上传时还不知道大小，因此需要这个条件的上传都会被拒绝；请写 (resource.size == null || ...)，或使用 storage.maxFileSize',
  )
  return [{ severity: 'warning', code: 'size-denies-ticket', span: spanOf(found), message }]
}

/** The first condition about a member of `resource`. */
function firstWith(node: RuleNode, member: string): RuleNode | undefined {
  if (node.kind === 'compare' || node.kind === 'test') return reads(node, 'resource', member) ? node : undefined
  return childrenOf(node)
    .map((child) => firstWith(child, member))
    .find((found) => found !== undefined)
}

function spanOf({ start, end }: RuleNode): Span {
  return { start, end }
}
