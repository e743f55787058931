/** What each call of the server SDKs is expected to do. */
import { declaredServerCalls } from './declarations.ts'
import type { Expectations, Limit } from './expectations.ts'
import { NOT_YET } from './outcomes.ts'
import { isWx, type ServerColumn } from './server-columns.ts'
import { SERVER_PROBES } from './server-probes.ts'

const PROBED = Object.keys(SERVER_PROBES)

const LIMITS: readonly Limit<ServerColumn>[] = [
  {
    rows: [
      ...['parseContext', 'getCloudbaseContext', 'auth', 'registerExtension', 'invokeExtension'].map(app),
      ...['copyFile', 'getFileInfo', 'getUploadMetadata'].map(app),
      ...['query.options', 'query.updateAndReturn', 'doc.delete'],
      ...PROBED.filter((row) => row.startsWith('auth.')),
    ],
    where: isWx,
    en: 'wx-server-sdk does not have this call.',
    zh: 'wx-server-sdk 没有该方法。',
  },
  {
    rows: ['app.getFileInfo'],
    where: ({ version }) => version === 'node-sdk 2.11.0',
    en: 'The call exists since node-sdk 3.',
    zh: '该方法从 node-sdk 3 起提供。',
  },
  {
    rows: ['app.uploadFile that is refused', 'app.downloadFile that is refused'],
    where: ({ version }) => version === 'wx-server-sdk 2.6.3',
    en: 'The SDK drops the code: a refused download has a number in `errCode`, and a refused upload a `TypeError`.',
    zh: 'SDK 会丢弃错误码：下载被拒绝时 `errCode` 是数字，上传被拒绝时是 `TypeError`。',
  },
  {
    rows: ['app.callFunction that fails'],
    where: ({ version }) => version === 'wx-server-sdk 2.6.3',
    en: 'The SDK drops the code: `errCode` is a number, -504002 for a function that fails.',
    zh: 'SDK 会丢弃错误码：`errCode` 是数字，函数出错时为 -504002。',
  },
  {
    rows: ['collection.add that is refused', 'query.get that is refused'],
    where: isWx,
    en: 'For documents, wx-server-sdk has a number in `errCode` instead of the code, and the message of the server in `errMsg`.',
    zh: '数据库操作失败时，wx-server-sdk 以数字 `errCode` 代替错误码，服务器的说明在 `errMsg` 中。',
  },
]

function app(name: string): string {
  return `app.${name}`
}

/** The areas of the database, which are the same for apps and servers. */
const DATABASE = /^(?:db|collection|aggregate|transaction)\./

export const SERVER_CALLS: Expectations<ServerColumn> = {
  declared: declaredServerCalls(),
  probed: PROBED,
  limits: LIMITS,
  notYet: new Set([
    ...['models', 'callContainer', 'getFileAuthority', 'ai'].map(app),
    ...['callWxOpenApi', 'callWxPayApi', 'wxCallContainerApi', 'callCompatibleWxOpenApi'].map(app),
    ...[...NOT_YET].filter((row) => DATABASE.test(row)),
  ]),
}
