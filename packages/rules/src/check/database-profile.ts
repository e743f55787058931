import type { DatabaseOperation } from '../database/context.ts'
import { text } from '../text.ts'
import { anonymousOpenid, FOREIGN_NAMES } from './common-advice.ts'
import { databaseWorlds } from './database-worlds.ts'
import type { Absent, CheckedDialect } from './rule-profile.ts'
import { VERBS } from '../database/operation-names.ts'

const ELSEWHERE = new Map([
  ...FOREIGN_NAMES,
  [
    'resource',
    text(
      'resource exists in storage rules only; a document is called doc',
      'resource 只存在于存储规则中；文档叫做 doc',
    ),
  ] as const,
  ['data', text('did you mean request.data?', '是否想写 request.data？')] as const,
  ['_openid', text('did you mean doc._openid?', '是否想写 doc._openid？')] as const,
])

/** @param operations that the rule decides on */
export function databaseDialect(operations: readonly DatabaseOperation[]): CheckedDialect {
  const brings = operations.some((operation) => operation === 'create' || operation === 'update')
  const [operation = 'read'] = operations
  const noData: Absent = {
    code: 'data-without-write',
    message: text(
      `a ${operation} brings no data, so request.data is always missing here; the stored document is doc`,
      `${VERBS[operation].zh}不带数据，request.data 在这里永远缺失；已存储的文档是 doc`,
    ),
  }
  const noOpenid: Absent = {
    code: 'unknown-member',
    message: text(
      'request.data._openid is always missing: clients cannot send it, the server sets it; it is doc._openid',
      'request.data._openid 永远缺失：客户端不能传入，由服务器设置；请用 doc._openid',
    ),
  }
  return {
    worlds: databaseWorlds(operations),
    elsewhere: ELSEWHERE,
    missing: new Map([brings ? ['request.data._openid', noOpenid] : ['request.data', noData]]),
    causes: [anonymousOpenid(databaseWorlds(operations, { login: 'ANONYMOUS', anonymousOpenid: true }))],
  }
}
