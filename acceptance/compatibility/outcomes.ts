/** What each call of the client SDK is expected to do. */
import { type Column, isBefore } from './columns.ts'
import { declaredCalls } from './declarations.ts'
import type { Expectations, Limit } from './expectations.ts'
import { objectProbes } from './object-probes.ts'
import { PROBES } from './run-column.ts'

const inMiniProgram = ({ build }: Column) => build === 'wechat' || build === 'adapter'

const UPDATE_COMMANDS = [
  'set',
  'inc',
  'mul',
  'remove',
  'push',
  'pop',
  'unshift',
  'shift',
  'min',
  'max',
  'rename',
  'bit',
]

/** A version that cannot be loaded in a build. */
export const NO_BUILD: Limit<Column> = {
  rows: Object.keys(PROBES),
  where: ({ sdk, build }) => sdk === '2.32.0' && build === 'node',
  en: 'Not in Node: 2.32.0 has no build for it, and starting it fails with `window is not defined`.',
  zh: '不支持 Node：2.32.0 没有 Node 构建，启动时报 `window is not defined`。',
}

const LIMITS: readonly Limit<Column>[] = [
  NO_BUILD,
  {
    rows: ['app.registerHost'],
    where: ({ sdk }) => isBefore(sdk, '3.7.0'),
    en: 'The call exists since 3.5.3.',
    zh: '该方法从 3.5.3 起提供。',
  },
  {
    rows: [
      ...['query.update', 'doc.set', 'doc.update'],
      ...[...UPDATE_COMMANDS, 'pull', 'pullAll', 'addToSet'].map((name) => `command.${name}`),
    ],
    where: (column) => inMiniProgram(column) && column.mode === 'GATEWAY' && !isBefore(column.sdk, '2.28.8'),
    en: "In Mini Programs in GATEWAY mode: the SDK sends updates as PATCH, which `wx.request` does not have. Use `endPointMode: 'CLOUD_API'`.",
    zh: "小程序的 GATEWAY 模式：SDK 以 PATCH 发送更新，而 `wx.request` 不支持 PATCH。请使用 `endPointMode: 'CLOUD_API'`。",
  },
  {
    rows: ['doc.get of a missing document'],
    where: ({ sdk, mode }) => (sdk === '2.28.8' || sdk === '3.3.3') && mode === 'GATEWAY',
    en: 'In GATEWAY mode the SDK throws: it expects a list where the protocol has the status 404.',
    zh: 'GATEWAY 模式下 SDK 会抛出异常：协议返回 404，而 SDK 期望列表。',
  },
  {
    rows: ['collection.add that is refused'],
    where: ({ sdk, mode, build }) => mode === 'GATEWAY' && !isBefore(sdk, '2.28.8') && build !== 'web',
    en: "In GATEWAY mode outside browsers the SDK ignores the HTTP status: a refused write resolves like a success, without an id. Use `endPointMode: 'CLOUD_API'`.",
    zh: "GATEWAY 模式下（浏览器除外）SDK 会忽略 HTTP 状态码：被拒绝的写入会像成功一样返回，但没有 id。请使用 `endPointMode: 'CLOUD_API'`。",
  },
  {
    rows: ['query.get that is refused'],
    where: ({ sdk, mode, build }) =>
      mode === 'GATEWAY' && !isBefore(sdk, '2.28.8') && isBefore(sdk, '3.7.0') && build !== 'web',
    en: 'In GATEWAY mode outside browsers the SDK throws a `TypeError` in place of the error of the answer.',
    zh: 'GATEWAY 模式下（浏览器除外）SDK 抛出 `TypeError`，而不是响应中的错误。',
  },
  {
    rows: ['app.callFunction that fails'],
    where: ({ mode, build }) => mode === 'GATEWAY' && build !== 'web',
    en: 'In GATEWAY mode outside browsers the SDK ignores the HTTP status: a call that fails resolves, with `code` and `message` and without `result`.',
    zh: 'GATEWAY 模式下（浏览器除外）SDK 会忽略 HTTP 状态码：调用失败时不抛出异常，返回值含 `code` 和 `message`，没有 `result`。',
  },
  {
    rows: ['bucket.download'],
    where: inMiniProgram,
    en: 'In Mini Programs: the SDK makes a `Blob`, which WeChat does not have. Use `downloadFile`.',
    zh: '小程序中：SDK 会创建 `Blob`，而微信没有 `Blob`。请使用 `downloadFile`。',
  },
  {
    rows: Object.keys(objectProbes),
    where: ({ sdk }) => sdk !== '2.32.0' && isBefore(sdk, '3.7.0'),
    en: 'The bucket API exists in 2.32.0 and since 3.5.0.',
    zh: '存储桶 API 见于 2.32.0，以及 3.5.0 起的版本。',
  },
  {
    rows: ['objects.download'],
    where: inMiniProgram,
    en: 'In Mini Programs: the adapter gives the SDK no `Response`. Use `createSignedUrl`.',
    zh: '小程序中：适配器不向 SDK 提供 `Response`。请使用 `createSignedUrl`。',
  },
  {
    rows: ['app.downloadFile', 'app.getFileInfo', 'bucket.info', 'bucket.exists', 'bucket.remove'],
    where: ({ sdk, build }) => build === 'node' && isBefore(sdk, '3.7.0'),
    en: 'In Node: the SDK uses `window`, or expects a body in the answer to HEAD. 3.7.0 works.',
    zh: 'Node 中：SDK 使用了 `window`，或期望 HEAD 响应带有正文。3.7.0 可用。',
  },
  {
    rows: ['auth.signInWithOpenId'],
    where: (column) => !inMiniProgram(column),
    en: 'Only in Mini Programs: it needs `wx.login`.',
    zh: '仅限小程序：需要 `wx.login`。',
  },
  {
    rows: ['auth.shouldRefreshAccessToken'],
    where: () => true,
    en: 'The SDK declares it and throws that it cannot be implemented.',
    zh: 'SDK 声明了该方法，但调用时抛出“无法实现”。',
  },
]

/** Calls of apps that this server does not have. */
export const NOT_YET: ReadonlySet<string> = new Set([
  ...['callContainer', 'invokeExtension', 'models', 'mysql', 'rdb', 'ai', 'apis', 'parseCaptcha'].map(
    (name) => `app.${name}`,
  ),
  ...['createBucket', 'updateBucket', 'deleteBucket'].map((name) => `storage.${name}`),
  ...['runCommands', 'startTransaction', 'runTransaction'].map((name) => `db.${name}`),
  ...['aggregate', 'watch'].map((name) => `collection.${name}`),
  ...[
    ...['addFields', 'bucket', 'bucketAuto', 'count', 'geoNear', 'group', 'limit', 'lookup', 'match', 'project'],
    ...['replaceRoot', 'sample', 'skip', 'sort', 'sortByCount', 'unwind', 'end'],
  ].map((name) => `aggregate.${name}`),
  ...['collection', 'commit', 'rollback', 'doc', 'get', 'create', 'set', 'update', 'remove'].map(
    (name) => `transaction.${name}`,
  ),
  ...[
    ...['bindPhoneNumber', 'bindEmail', 'unbindProvider', 'verify', 'getVerification', 'signInAnonymouslyInWx'],
    ...['bindOpenId', 'signInWithUnionId', 'signInWithSms', 'signInWithEmail', 'setPassword', 'getWedaUserInfo'],
    ...['updateUserBasicInfo', 'getAuthHeader', 'bindWithProvider', 'queryUser', 'grantProviderToken'],
    ...['patchProviderToken', 'signInWithProvider', 'signInWithWechat', 'grantToken', 'genProviderRedirectUri'],
    ...['resetPassword', 'deviceAuthorize', 'sudo', 'deleteMe', 'getProviders', 'getProviderSubType'],
    ...['createCaptchaData', 'verifyCaptchaData', 'modifyPassword', 'modifyPasswordWithoutLogin'],
    ...['getUserBehaviorLog', 'isUsernameRegistered', 'getMiniProgramQrCode', 'getMiniProgramQrCodeStatus'],
    ...['toDefaultLoginPage', 'signIn', 'signUp', 'signInWithPassword', 'signInWithIdToken', 'signInWithOtp'],
    ...['verifyOAuth', 'signInWithOAuth', 'getClaims', 'resetPasswordForEmail', 'resetPasswordForOld', 'verifyOtp'],
    ...['updateUser', 'getUserIdentities', 'linkIdentity', 'unlinkIdentity', 'reauthenticate', 'resend', 'deleteUser'],
    ...['signInWithPhoneAuth', 'weixinAuthProvider', 'signUpWithEmailAndPassword', 'signInWithEmailAndPassword'],
    ...['sendPasswordResetEmail', 'signInWithUsernameAndPassword', 'sendPhoneCode', 'signUpWithPhoneCode'],
    ...['signInWithPhoneCodeOrPassword', 'forceResetPwdByPhoneCode', 'onLoginStateExpired'],
    ...['onAccessTokenRefreshed', 'onAnonymousConverted', 'onLoginTypeChanged'],
  ].map((name) => `auth.${name}`),
])

export const CLIENT_CALLS: Expectations<Column> = {
  declared: declaredCalls(),
  probed: Object.keys(PROBES),
  notYet: NOT_YET,
  limits: LIMITS,
}
