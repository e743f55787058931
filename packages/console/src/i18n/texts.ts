import { language } from './language.ts'

/**
 * The texts of a page or component in both languages. The compiler rejects a language that lacks a text. A text may be a
 * function of the numbers and names in it.
 *
 * @example
 * const t = texts({
 *   en: { title: 'Files', count: (n: number) => `${n} files` },
 *   zh: { title: '文件', count: (n) => `${n} 个文件` },
 * })
 * t.title // in the current language; a component that reads it renders again when the language changes
 */
export function texts<T extends object>(both: { readonly en: T; readonly zh: NoInfer<T> }): Readonly<T> {
  const members = Object.keys(both.en).map((name) => [
    name,
    { enumerable: true, get: () => both[language()][name as keyof T] },
  ])
  return Object.defineProperties({}, Object.fromEntries(members)) as T
}
