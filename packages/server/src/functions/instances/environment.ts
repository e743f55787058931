/** The variables that a function sees. */
import type { Caller } from '@cloudstead/protocol'
import type { FunctionCall } from '../call.ts'
import type { FunctionDefinition } from '../definition.ts'
import type { ContextOptions } from '../host/context.ts'

/** A pair that signs requests to `/admin`. */
export interface SigningKey {
  readonly secretId: string
  readonly secretKey: string
}

/** The SDKs read only the variables that these two lists name: facts of the SDKs. */
const TCB_CONTEXT_KEYS = [
  'TCB_ENV',
  'TCB_SEQID',
  'TCB_UUID',
  'TCB_CUSTOM_USER_ID',
  'TCB_ISANONYMOUS_USER',
  'TCB_SOURCE',
  'TCB_SOURCE_IP',
  'TCB_SESSIONTOKEN',
  'TRIGGER_SRC',
  'LOGINTYPE',
].join(',')
const WX_CONTEXT_KEYS = ['WX_OPENID', 'WX_APPID', 'WX_UNIONID', 'WX_CLIENTIP'].join(',')
const REGION = 'ap-shanghai'

/** What every function of an environment sees of it. */
function shared(env: string): Readonly<Record<string, string>> {
  return { TCB_ENV: env, SCF_NAMESPACE: env, TCB_CONTEXT_KEYS, WX_CONTEXT_KEYS, TENCENTCLOUD_REGION: REGION }
}

export interface InstanceEnvironmentOptions {
  readonly env: string
  /** The address of this server for its functions: `http://127.0.0.1:40123`. */
  readonly server: string
  readonly key: SigningKey
  /** The only directory that the instance may write to. */
  readonly scratch: string
  /** The PATH of the server. */
  readonly searchPath: string
}

/** The environment of a process; nothing of the server's own but PATH is in it. */
export function instanceEnvironment(
  { name, env: own }: FunctionDefinition,
  { env, server, key, scratch, searchPath }: InstanceEnvironmentOptions,
): Record<string, string> {
  return {
    TZ: 'UTC',
    ...own,
    ...shared(env),
    PATH: searchPath,
    HOME: scratch,
    TMPDIR: scratch,
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_SECRETID: key.secretId,
    TENCENTCLOUD_SECRETKEY: key.secretKey,
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: `${server}/admin` }),
    SCF_FUNCTIONNAME: name,
  }
}

/**
 * Who calls, in the variables of one call.
 *
 * @param token identifies the call to this server
 * @param appid of the Mini Program
 */
export function callVariables(
  { caller, trigger, requestId, sourceIp }: Pick<FunctionCall, 'caller' | 'trigger' | 'requestId' | 'sourceIp'>,
  { token, appid }: { readonly token: string; readonly appid: string | undefined },
): Readonly<Record<string, string>> {
  return {
    TRIGGER_SRC: trigger === 'timer' ? 'timer' : 'tcb',
    TCB_SESSIONTOKEN: token,
    TCB_SEQID: requestId,
    ...(sourceIp === undefined ? {} : { TCB_SOURCE_IP: sourceIp }),
    ...personVariables(caller, appid),
  }
}

function personVariables(caller: Caller, appid: string | undefined): Readonly<Record<string, string>> {
  if (caller.kind !== 'user') return {}
  const { uid, openid, customUserId, loginType } = caller
  return {
    TCB_UUID: uid,
    TCB_ISANONYMOUS_USER: String(loginType === 'ANONYMOUS'),
    LOGINTYPE: loginType,
    ...(customUserId === undefined ? {} : { TCB_CUSTOM_USER_ID: customUserId }),
    ...(openid === undefined
      ? {}
      : { WX_OPENID: openid, TCB_SOURCE: 'wx_client', ...(appid === undefined ? {} : { WX_APPID: appid }) }),
  }
}

/** What the contexts of all calls of a function have in common. */
export function contextOptions(
  { name, memoryMB, timeoutMs, env: own }: FunctionDefinition,
  env: string,
): ContextOptions {
  return { name, env, region: REGION, memoryMB, timeoutMs, variables: { ...own, ...shared(env) } }
}
