/** The names that functions can have on the platform. They are part of URLs. */
export const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,58}[a-zA-Z0-9]$/

/** A valid name that is close to one that is not; undefined when there is none. */
export function validName(name: string): string | undefined {
  const close = name
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replace(/^[^a-zA-Z]+/, '')
    .slice(0, 60)
    .replace(/[^a-zA-Z0-9]+$/, '')
  return FUNCTION_NAME.test(close) ? close : undefined
}
