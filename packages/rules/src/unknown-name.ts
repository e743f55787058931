import { nearest } from './nearest.ts'
import { type Text, text } from './text.ts'

/** Characters of an unknown name in a message. */
const MAX_SHOWN = 64

/** Too many valid names are close to a shorter one, so none is suggested for it. */
const MIN_SUGGESTED = 4

/**
 * The message about a name that does not exist: the nearest valid name, or all of them.
 *
 * @example unknownName(text('key', '键'), 'raed', ['read', 'write']).en // 'unknown key "raed"; did you mean "read"?'
 */
export function unknownName(what: Text, name: unknown, valid: readonly string[]): Text {
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, MAX_SHOWN)) : showJson(name)
  const near = typeof name === 'string' && name.length >= MIN_SUGGESTED ? nearest(name, valid) : undefined
  if (near !== undefined) {
    const quoted = JSON.stringify(near)
    return text(
      `unknown ${what.en} ${shown}; did you mean ${quoted}?`,
      `未知的${what.zh} ${shown}；是否想写 ${quoted}？`,
    )
  }
  const list = valid.length === 0 ? text('there is none', '一个也没有') : text(valid.join(', '), valid.join('、'))
  return text(`unknown ${what.en} ${shown}; valid: ${list.en}`, `未知的${what.zh} ${shown}；可用：${list.zh}`)
}

function showJson(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, MAX_SHOWN)
}
