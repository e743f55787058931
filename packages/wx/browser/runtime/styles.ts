import type { Program, ProgramPart } from '../contracts.ts'

const SHARED: ReadonlySet<unknown> = new Set(['shared', 'page-shared'])

/** Adds the style sheets of the program to the document: app.wxss, then components, then pages, so that pages win. */
export function installStyles({ app, appCss, parts }: Program): void {
  const isPage = ({ path }: ProgramPart) => app.pages.includes(path)
  const all = Object.values(parts)
  addStyle('app', appCss)
  for (const part of all.filter((one) => !isPage(one))) addStyle(part.path, withoutScope(part))
  for (const part of all.filter(isPage)) addStyle(part.path, part.css)
}

/** The classes of a component that shares its styles have no prefix. */
function withoutScope({ css, styleScope, json }: ProgramPart): string {
  return SHARED.has(json.styleIsolation) ? css.replaceAll(`${styleScope}--`, '') : css
}

function addStyle(path: string, css: string): void {
  if (css === '') return
  const style = document.createElement('style')
  style.dataset.wxss = path
  style.textContent = css
  document.head.append(style)
}
