/** @example classes('button', busy && 'is-busy') // 'button is-busy', or 'button' */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ')
}
