/** A token of JSON, with or without comments, for colouring. `plain` is everything without a colour. */
interface JsonToken {
  readonly kind: 'name' | 'string' | 'number' | 'word' | 'comment' | 'plain'
  readonly text: string
}

const TOKEN =
  /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/g

/** Splits a text into tokens. Joined, they are the text again. Broken JSON is split as far as possible. */
export function jsonTokens(text: string): readonly JsonToken[] {
  const tokens: JsonToken[] = []
  let end = 0
  const add = (kind: JsonToken['kind'], piece: string | undefined) => {
    if (piece !== undefined && piece !== '') tokens.push({ kind, text: piece })
  }
  for (const match of text.matchAll(TOKEN)) {
    add('plain', text.slice(end, match.index))
    end = match.index + match[0].length
    const [, quoted, colon, number, word, comment] = match
    add(colon === undefined ? 'string' : 'name', quoted)
    add('plain', colon)
    add('number', number)
    add('word', word)
    add('comment', comment)
  }
  add('plain', text.slice(end))
  return tokens
}
