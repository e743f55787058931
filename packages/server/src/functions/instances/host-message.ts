import type { ThrownError } from '../call.ts'
import type { HostMessage } from '../host/messages.ts'

/** Characters of a text of an error; the host sends fewer. */
const MAX_TEXT = 16_384
/** Files of a project that one message names. */
const MAX_FILES = 2_000

/**
 * What a function process has sent, if it is a message. A function can write to the channel of its process, so nothing about
 * a value is certain.
 */
export function hostMessageOf(value: unknown): HostMessage | undefined {
  if (!isObject(value)) return undefined
  const { type, call, marked, bytes, result } = value
  switch (type) {
    case 'loaded':
      return { type, files: filesOf(value.files) }
    case 'not-loaded':
    case 'uncaught':
      return { type, error: errorOf(value.error) }
    case 'memory':
      return typeof bytes === 'number' ? { type, bytes } : undefined
    case 'left':
      return typeof call === 'number' ? { type, call } : undefined
    default: {
      const end = endOf({ type, bytes, result, error: value.error })
      if (end === undefined || typeof call !== 'number') return undefined
      return { ...end, call, files: filesOf(value.files), marked: marked === true }
    }
  }
}

function endOf({ type, bytes, result, error }: Readonly<Record<string, unknown>>) {
  switch (type) {
    case 'result':
      return typeof result === 'string' ? { type, result } : undefined
    case 'thrown':
      return { type, error: errorOf(error) }
    case 'too-large':
      return typeof bytes === 'number' ? { type, bytes } : undefined
    case 'bad-event':
      return { type }
    default:
      return undefined
  }
}

function filesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MAX_FILES).filter((file) => typeof file === 'string' && !file.includes('\0'))
}

function errorOf(value: unknown): ThrownError {
  const { name, message, stack } = isObject(value) ? value : {}
  return {
    name: textOf(name) ?? 'Error',
    message: textOf(message) ?? '',
    ...(typeof stack === 'string' ? { stack: textOf(stack) } : {}),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
