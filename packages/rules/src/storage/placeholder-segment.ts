import { type Text, text } from '../text.ts'

/** What JavaScript makes of a missing id, or of an object or a promise, in a template string. */
const PLACEHOLDER = /^(?:undefined|null|NaN|\[object \w+\])$/

/** The hint for a denied path with a segment such as `undefined`; undefined when there is none. */
export function placeholderHint(path: string): Text | undefined {
  const segment = path.split('/').find((part) => PLACEHOLDER.test(part))
  if (segment === undefined) return undefined
  return text(
    `the path contains "${segment}": the app built it from a value that was not a text; user.uid is an id that every SDK has`,
    `路径里有 "${segment}"：小程序拼路径时用的值不是文本；各版 SDK 都有的 id 是 user.uid`,
  )
}
