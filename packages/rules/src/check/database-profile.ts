import type { DatabaseOperation } from '../database/context.ts'
import { OPERATION_NAMES } from '../database/operation-names.ts'
import { text } from '../text.ts'
import { databaseWorlds, hasData } from './database-worlds.ts'
import { anonymousOpenid, type MissingMember, type RuleProfile, UNKNOWN_NAMES } from './rule-profile.ts'

const ELSEWHERE = new Map([
  ...UNKNOWN_NAMES,
  [
    'resource',
    text(
      'resource exists only in storage rules; the document is called doc',
      'resource 只存在于存储规则中；文档叫做 doc',
    ),
  ] as const,
  ['data', text('did you mean request.data?', '是否想写 request.data？')] as const,
  ['_openid', text('did you mean doc._openid?', '是否想写 doc._openid？')] as const,
])

/** @param operations that the rule decides */
export function databaseProfile(operations: readonly DatabaseOperation[]): RuleProfile {
  const [operation = 'read'] = operations
  const noData: MissingMember = {
    code: 'data-without-write',
    message: text(
      `a ${operation} request has no data, so request.data is always missing here; the stored document is doc`,
      `${OPERATION_NAMES[operation].zh}不带数据，request.data 在这里永远缺失；已存储的文档是 doc`,
    ),
  }
  const noOpenid: MissingMember = {
    code: 'unknown-member',
    message: text(
      'request.data._openid is always missing: clients cannot send it, the server sets it; use doc._openid',
      'request.data._openid 永远缺失：客户端不能传入，由服务器设置；请用 doc._openid',
    ),
  }
  return {
    worlds: databaseWorlds(operations),
    elsewhere: ELSEWHERE,
    missing: new Map([operations.some(hasData) ? ['request.data._openid', noOpenid] : ['request.data', noData]]),
    causes: [anonymousOpenid(databaseWorlds(operations, { login: 'ANONYMOUS', anonymousOpenid: true }))],
  }
}
