import { language } from './language.ts'

/**
 * The texts of a page or component in both languages; the compiler sees to it that neither lacks one. A member may be a
 * function, so that numbers and names find their place in the sentence.
 *
 * @example
 * const t = texts({
 *   en: { title: 'Files', count: (n: number) => `${n} files` },
 *   zh: { title: '文件', count: (n) => `${n} 个文件` },
 * })
 * t.title // in the current language; a component that reads it renders again when that changes
 */
export function texts<T extends object>(both: { readonly en: T; readonly zh: NoInfer<T> }): Readonly<T> {
  const members = Object.keys(both.en).map((name) => [
    name,
    { enumerable: true, get: () => both[language()][name as keyof T] },
  ])
  return Object.defineProperties({}, Object.fromEntries(members)) as T
}
