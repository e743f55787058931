/** The `maxAge` of a text of custom rules, in seconds; undefined when there is none. It only decides what is told. */
export function maxAgeOf(text: string): number | undefined {
  const found = /"maxAge"\s*:\s*(\d+)/.exec(text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ''))
  return found === null ? undefined : Number(found[1])
}

const MAX_SECONDS = 86_400

/** A number of seconds that a setting may have; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  const seconds = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  return seconds >= 1 && seconds <= MAX_SECONDS ? seconds : undefined
}
