/** Completions of the code editor. */

export interface Completion {
  readonly label: string
  /** A few words to the right of the label. */
  readonly detail?: string | undefined
  /** A sentence below the list, while this completion is chosen. */
  readonly info?: string | undefined
  /** The text to insert, if it is not the label. */
  readonly apply?: string | undefined
  /** Decides the colour in the list. */
  readonly kind?: 'variable' | 'property' | 'function' | 'keyword' | 'text' | undefined
}

export interface Completions {
  /** Where the text that a completion replaces begins. */
  readonly from: number
  /** The editor shows only those that match what is typed. */
  readonly options: readonly Completion[]
}

/** The options that match what is typed: first those that start with it, then those that contain it. */
export function matchingOptions<T extends { readonly label: string }>(
  options: readonly T[],
  typed: string,
): readonly T[] {
  const wanted = typed.toLowerCase()
  const starting = options.filter(({ label }) => label.toLowerCase().startsWith(wanted))
  const containing = options.filter(({ label }) => label.toLowerCase().indexOf(wanted) > 0)
  return [...starting, ...containing]
}
