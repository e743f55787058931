/** Secrets never leave the server, not even inside a text that somebody is shown because it is wrong. */

/** Stands where a secret stood. */
const MASKED = '********'

/**
 * The value of anything whose name speaks of a secret, closed or not: JSON, in a comment, or what was meant to be JSON.
 * The bounds keep a long text of nothing but such names cheap.
 */
const NAMED =
  /((?:secret|password|private_?key|api_?key)\w{0,40}\\?["']?\s{0,100}(?::|=(?!=))\s{0,100})("(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s,{}[\]"'][^\s,}\]]*)/gi

/** What WeChat's AppSecrets look like, wherever it stands. */
const APP_SECRET = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/gi

/** Shorter ones would be found inside of words; AppSecrets have 32 characters. */
const SHORTEST_KNOWN = 8

/**
 * A text without the secrets in it: those that hold (`known`), and whatever else looks like one, because a text that is
 * not valid can have it anywhere.
 */
export function maskSecrets(text: string, known: readonly (string | undefined)[] = []): string {
  let shown = text
  for (const secret of known) {
    if (secret === undefined || secret.length < SHORTEST_KNOWN) continue
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
      shown = shown.replaceAll(form, MASKED)
    }
  }
  return shown.replaceAll(NAMED, `$1"${MASKED}"`).replaceAll(APP_SECRET, MASKED)
}
