/** Finds English sentences in Chinese texts. */

/** What is in another language by nature: code and what is quoted, addresses, paths, names with digits or signs. */
const NOT_PROSE = [
  /`[^`]*`/g,
  /\bcloudstead (?:dev|start|keys|console|rules)(?: [a-z]+)?/g,
  /"(?:[^"\\]|\\.)*"/g,
  /'[^'\n]*'/g,
  /“[^”]*”/g,
  /\{[^{}]*\}/g,
  /\[[^[\]]*\]/g,
  /\b\w+\([^()]*\)/g,
  /\S*(?:[/\\_.$=<>|&*+#@~^:]|\d)\S*/g,
]

/** English prose: three words in a row. Names in Chinese texts, such as `Mini Program`, have two at most. */
const SENTENCE = /[A-Za-z][a-z'’-]*(?:[ ,;]+[A-Za-z][a-z'’-]*){2,}/

/** The first English sentence in a text; undefined if there is none. */
export function englishSentence(text: string): string | undefined {
  const prose = NOT_PROSE.reduce((rest, pattern) => rest.replaceAll(pattern, '·'), text)
  return SENTENCE.exec(prose)?.[0]
}

interface Text {
  readonly en: string
  readonly zh: string
}

/** Every text in two languages inside a JSON value, with its path. */
export function textsIn(value: unknown, path = ''): readonly (readonly [path: string, text: Text])[] {
  if (typeof value !== 'object' || value === null) return []
  const { en, zh } = value as Partial<Text>
  if (typeof en === 'string' && typeof zh === 'string') return [[path, { en, zh }]]
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, `${path}/${name}`))
}
