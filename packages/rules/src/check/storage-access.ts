import { childrenOf, type RuleNode, type Span } from '../language/ast.ts'
import { mayHold } from '../possible/possible-values.ts'
import type { StorageOperation } from '../storage/context.ts'
import type { ResourceOpenid } from '../storage/scope.ts'
import { text } from '../text.ts'
import { anonymousPasses, publicReads, writesWithoutLogin } from './access-findings.ts'
import { EXPOSURE_LEVELS, type Exposure, exposureOf } from './exposure.ts'
import type { UnkeyedFinding } from './finding.ts'
import { reads } from './rule-search.ts'
import { allWorlds, strangersWorlds } from './storage-worlds.ts'

export interface StorageAccessOptions {
  readonly operation: StorageOperation
  readonly mode: ResourceOpenid
  /** Whether the environment allows anonymous logins. */
  readonly anonymous: boolean
}

export const FILE = text('file', '文件')

/** Callers whom a rule lets in, or keeps out, probably against the author's intention. */
export function storageAccessFindings(root: RuleNode, options: StorageAccessOptions): readonly UnkeyedFinding[] {
  const { operation, mode, anonymous } = options
  const toNobody = exposureOf(root, strangersWorlds(mode, 'nobody'))
  const toAnonymous = anonymous ? exposureOf(root, strangersWorlds(mode, 'ANONYMOUS')) : 'none'
  return [
    ...(operation === 'read' ? publicReads(root, toNobody, FILE) : publicWrites(toNobody)),
    ...(EXPOSURE_LEVELS[toAnonymous] > EXPOSURE_LEVELS[toNobody] ? [anonymousAccess(operation, toAnonymous)] : []),
    ...(toNobody === 'all' ? [] : pathWithoutOwner(root, options)),
    ...(operation === 'write' ? sizeDeniesTicket(root, mode) : []),
  ]
}

function publicWrites(exposure: Exposure): readonly UnkeyedFinding[] {
  if (exposure === 'none') return []
  const which = exposure === 'all' ? text('every file', '所有文件') : text('some files', '部分文件')
  return [writesWithoutLogin(text(`write and delete ${which.en}`, `写入和删除${which.zh}`))]
}

function anonymousAccess(operation: StorageOperation, exposure: Exposure): UnkeyedFinding {
  const which = exposure === 'all' ? text('every file', '所有文件') : text('some files', '部分文件')
  if (operation === 'read') {
    const severity = exposure === 'all' ? 'warning' : 'note'
    return anonymousPasses(text(`read ${which.en}`, `读取${which.zh}`), severity)
  }
  return anonymousPasses(text(`write and delete ${which.en} of other users`, `写入和删除他人的${which.zh}`), 'warning')
}

/** A stranger passes in the directory of another user, and only because of the path. */
function pathWithoutOwner(root: RuleNode, { operation, mode }: StorageAccessOptions): readonly UnkeyedFinding[] {
  const passes = (place: 'claimed' | 'untestable'): boolean =>
    strangersWorlds(mode, 'CUSTOM', { place, owned: true }).some((world) => mayHold(root, world))
  const test = firstConditionOn(root, 'path')
  if (test === undefined || !passes('claimed') || passes('untestable')) return []
  const what = operation === 'read' ? text('read', '读取') : text('write and delete', '写入和删除')
  const anchor =
    test.kind === 'test' && !test.pattern.startsWith('^')
      ? text('; without ^ the pattern matches anywhere in the path', '；没有 ^ 的模式可以匹配路径的任何位置')
      : text('', '')
  const message = text(
    `the rule checks the path but not its owner: other users can ${what.en} the matching files in users/{id}/${anchor.en}`,
    `只检查了路径，没有检查所有者：其他用户可以${what.zh} users/{id}/ 下匹配的文件${anchor.zh}`,
  )
  return [{ severity: 'warning', code: 'path-without-owner', span: spanOf(test), message }]
}

/** A condition on the size that is never true while the size is not known, so that no upload can be announced. */
function sizeDeniesTicket(root: RuleNode, mode: ResourceOpenid): readonly UnkeyedFinding[] {
  const worlds = { yes: allWorlds(mode, { sized: 'yes' }), no: allWorlds(mode, { sized: 'no' }) }
  const may = (node: RuleNode, sized: 'yes' | 'no') => worlds[sized].some((world) => mayHold(node, world))
  const culprit = (node: RuleNode): RuleNode | undefined => {
    if (!reads(node, 'resource', 'size') || !may(node, 'yes')) return undefined
    if (!may(node, 'no')) return firstConditionOn(node, 'size')
    if (node.kind !== 'logical') return undefined
    // An alternative such as resource.size == null lets the others through.
    const open = node.operands.some((operand) => reads(operand, 'resource', 'size') && may(operand, 'no'))
    if (node.operator === '||' && open) return undefined
    return node.operands.map(culprit).find((found) => found !== undefined)
  }
  const found = culprit(root)
  if (found === undefined) return []
  const message = text(
    'the size is not known when an upload is announced, so this denies every upload that depends on it; ' +
      'write (resource.size == null || ...), or use storage.maxFileSize',
    '申请上传时还不知道大小，因此需要这个条件的上传都会被拒绝；请写 (resource.size == null || ...)，或使用 storage.maxFileSize',
  )
  return [{ severity: 'warning', code: 'size-denies-ticket', span: spanOf(found), message }]
}

/** The first comparison or pattern test of a member of `resource`. */
function firstConditionOn(node: RuleNode, member: string): RuleNode | undefined {
  if (node.kind === 'compare' || node.kind === 'test') return reads(node, 'resource', member) ? node : undefined
  return childrenOf(node)
    .map((child) => firstConditionOn(child, member))
    .find((found) => found !== undefined)
}

function spanOf({ start, end }: RuleNode): Span {
  return { start, end }
}
