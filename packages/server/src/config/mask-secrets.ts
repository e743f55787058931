/** Masks secrets in texts that leave the server, such as an invalid configuration that is shown. */

/** Replaces a secret. */
const MASKED = '********'

/**
 * The value of a member whose name suggests a secret: in JSON, in a comment, or in invalid JSON, with or without a
 * closing quote. The bounds limit the cost of a long text that consists of such names.
 */
const NAMED =
  /((?:secret|password|private_?key|api_?key)\w{0,40}\\?["']?\s{0,100}(?::|=(?!=))\s{0,100})("(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s,{}[\]"'][^\s,}\]]*)/gi

/** Anything with the shape of a WeChat AppSecret. */
const APP_SECRET = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/gi

/**
 * The variables of functions, of which any may be a secret: the text between the braces of `env`, up to the end in invalid
 * JSON. A brace in a value does not end it.
 */
const VARIABLES = /("env"\s{0,100}:\s{0,100}\{)((?:[^"{}]|"(?:[^"\\\n]|\\.)*"?)*)/g

/** The value of a member in such a text. */
const VALUE = /(:\s{0,100})("(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s,"']+)/g

/** Shorter secrets would match parts of words; AppSecrets have 32 characters. */
const SHORTEST_KNOWN = 8

/**
 * Masks the `known` secrets in a text, and everything that looks like a secret, because an invalid text can have one
 * anywhere.
 */
export function maskSecrets(text: string, known: readonly (string | undefined)[] = []): string {
  let shown = text
  for (const secret of known) {
    if (secret === undefined || secret.length < SHORTEST_KNOWN) continue
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
      shown = shown.replaceAll(form, MASKED)
    }
  }
  shown = shown.replaceAll(VARIABLES, (_, start: string, members: string) => {
    return `${start}${members.replaceAll(VALUE, `$1"${MASKED}"`)}`
  })
  return shown.replaceAll(NAMED, `$1"${MASKED}"`).replaceAll(APP_SECRET, MASKED)
}
