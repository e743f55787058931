import type { Caller } from '@cloudstead/protocol'

type Members = Readonly<Record<string, unknown>>

/**
 * The event that a function gets of a caller: a WeChat user's has `userInfo: { openId, appId }`, and nobody else's has these
 * two members, because functions trust them. Other members of `userInfo` stay. An event that is no object stays as it is.
 *
 * @param event JSON text; empty for no data
 * @param appid of the Mini Program of the environment
 * @returns JSON text; empty for no data
 */
export function eventFor(event: string, caller: Caller, appid: string): string {
  const openid = caller.kind === 'user' ? caller.openid : undefined
  const identity = openid === undefined ? undefined : { openId: openid, appId: appid }
  // Parsing costs more than all the rest. An escape could spell the name in another way.
  if (event.includes('userInfo') || event.includes('\\u')) return reparsed(event, identity)
  return identity === undefined ? event : withMember(event, 'userInfo', identity)
}

/** Adds a member to the text of an object that has no such member. */
function withMember(text: string, name: string, value: object): string {
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`
  const end = text.trimEnd()
  if (end === '') return `{${member}}`
  if (!end.endsWith('}')) return text
  const open = end.slice(0, -1).trimEnd()
  return `${open}${open.trimStart() === '{' ? '' : ','}${member}}`
}

function reparsed(text: string, identity: Members | undefined): string {
  const event: unknown = JSON.parse(text)
  if (!isObject(event)) return text
  const { userInfo } = event
  if (identity !== undefined) {
    return JSON.stringify({ ...event, userInfo: { ...(isObject(userInfo) && userInfo), ...identity } })
  }
  if (!isObject(userInfo) || !(Object.hasOwn(userInfo, 'openId') || Object.hasOwn(userInfo, 'appId'))) return text
  const { openId: _, appId: __, ...others } = userInfo
  return JSON.stringify({ ...event, userInfo: others })
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
