/** The identity that a WeChat user's event has in WeChat's own cloud. */
export interface EventIdentity {
  readonly openId: string
  readonly appId: string
}

/** Functions may replace it. */
const { parse } = JSON

type Members = Readonly<Record<string, unknown>>

/**
 * The event that a function gets of a caller. That of a WeChat user has `userInfo: { openId, appId }`, and nobody else's has
 * these two members, because functions trust them. An event that is no object stays as it is.
 *
 * @param text JSON; empty for no data
 * @param identity of a WeChat user
 * @throws SyntaxError when the text is no JSON
 */
export function eventOf(text: string, identity: EventIdentity | undefined): unknown {
  const event: unknown = text === '' ? {} : parse(text)
  if (!isObject(event)) return event
  const sent = Object.hasOwn(event, 'userInfo') ? event.userInfo : undefined
  const { openId: _, appId: __, ...others } = isObject(sent) ? sent : {}
  if (identity !== undefined) return Object.assign(event, { userInfo: { ...others, ...identity } })
  return isObject(sent) ? Object.assign(event, { userInfo: others }) : event
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
