/** A message in English and Chinese. */
export interface Text {
  readonly en: string
  readonly zh: string
}

export type Language = keyof Text

/** @example text('the expression is empty', '表达式为空') */
export function text(en: string, zh: string): Text {
  return { en, zh }
}
