/** Something about a function or a project that its developer should know. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** Absent when it is about the project as a whole. */
  readonly function?: string | undefined
  readonly message: string
}
