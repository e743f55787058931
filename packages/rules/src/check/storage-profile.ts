import type { ResourceOpenid } from '../storage/scope.ts'
import { text } from '../text.ts'
import { anonymousOpenid, type RuleProfile, UNKNOWN_NAMES } from './rule-profile.ts'
import { allWorlds } from './storage-worlds.ts'

const ELSEWHERE = new Map([
  ...UNKNOWN_NAMES,
  ['doc', text('doc exists only in database rules', 'doc 只存在于数据库规则中')] as const,
  ['request', text('request exists only in database rules', 'request 只存在于数据库规则中')] as const,
  ['file', text('the file is called resource', '文件叫做 resource')] as const,
])

export function storageProfile(mode: ResourceOpenid): RuleProfile {
  const outside = {
    worlds: allWorlds('path', { place: 'unclaimed', owned: true }),
    code: 'openid-outside-users',
    message: text(
      'these conditions are never true together: resource.openid is missing for every path outside users/{id}/ ' +
        '(storage.resourceOpenid is "path")',
      '这些条件不可能同时成立：users/{id}/ 之外的路径没有 resource.openid（storage.resourceOpenid 为 "path"）',
    ),
  } as const
  return {
    worlds: allWorlds(mode),
    elsewhere: ELSEWHERE,
    missing: new Map(),
    causes: [
      ...(mode === 'path' ? [outside] : []),
      anonymousOpenid(allWorlds(mode, { login: 'ANONYMOUS', anonymousOpenid: true })),
    ],
  }
}
