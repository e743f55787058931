/** What an app sees of a failed call. */
export interface Sighting {
  /** Whether the call throws; otherwise it returns. */
  readonly throws: boolean
  /** Where the code is, such as `code` or `fileList[].code`; undefined when it is lost. */
  readonly place: string | undefined
  /** What surrounds the code there: nothing, a sentence, or a text for machines. */
  readonly inside: 'nothing' | 'text' | 'JSON' | 'XML'
}

/**
 * Waits for a call and looks for the code in its error or result: where it is alone, or else among other text; outer places
 * first.
 *
 * @param codeOf what apps find thrown codes with
 */
export async function sightingOf(
  code: string,
  call: () => Promise<unknown>,
  codeOf: (error: unknown) => unknown,
): Promise<Sighting> {
  const { throws, value } = await call().then(
    (value) => ({ throws: false, value }),
    (value) => ({ throws: true, value }),
  )
  const texts = textsOf(value, '').toSorted((a, b) => a.place.split('.').length - b.place.split('.').length)
  const word = new RegExp(`(?<![A-Z_])${code}(?![A-Z_])`)
  const found = texts.find(({ text }) => text === code) ?? texts.find(({ text }) => word.test(text))
  if (throws && found !== undefined && codeOf(value) !== code) {
    throw new Error(`codeOf finds ${codeOf(value)} instead of ${code} in ${found.text}`)
  }
  return { throws, place: found?.place, inside: found?.text === code ? 'nothing' : surroundings(found?.text ?? '') }
}

function surroundings(text: string): Sighting['inside'] {
  if (text.includes('<Code>')) return 'XML'
  return text.includes('{"') ? 'JSON' : 'text'
}

interface Found {
  readonly place: string
  readonly text: string
}

/** Levels of a value that an app would look at. */
const MAX_DEPTH = 4

/** The texts of a value and where they are. */
function textsOf(value: unknown, place: string, depth = 0): readonly Found[] {
  if (typeof value === 'string') return [{ place, text: value }]
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return []
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, `${place}[]`, depth + 1))
  // Not the stack, which repeats the message. Those of an error are not enumerable.
  const names = new Set([...Object.keys(value), ...(value instanceof Error ? ['message'] : [])])
  names.delete('stack')
  return [...names].flatMap((name) =>
    textsOf((value as Record<string, unknown>)[name], place === '' ? name : `${place}.${name}`, depth + 1),
  )
}
