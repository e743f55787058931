/** What the rules of a style sheet apply to. */
export interface SelectorScope {
  /** The class prefix of a component; undefined for app.wxss and pages. */
  readonly component?: string
  /** The path of the page, for the style sheet of a page. */
  readonly page?: string
  /** Whether a rule without `page` applies inside of pages only, and not to the harness around them. */
  readonly isInPages?: boolean
  /** The theme, for rules in a `prefers-color-scheme` query. */
  readonly theme?: string
}

/** Pseudo-classes whose arguments are selectors. */
const TAKES_SELECTORS = new Set(['not', 'is', 'where', 'has', 'host'])

/**
 * Converts the selectors of a WXSS rule to those of the harness: elements are `wx-view`, the page is `wx-page`, the classes
 * of a component have its prefix, and the rules of a page apply to that page only. The added conditions have no specificity
 * (`:where`), so rules override each other as in WeChat.
 */
export function transformSelectors(selectors: string, scope: SelectorScope): string {
  return split(selectors)
    .map((selector) => conditions(selector.trim(), scope) + compound(selector.trim(), scope))
    .join(', ')
}

function conditions(selector: string, { page, theme, isInPages = false }: SelectorScope): string {
  const phone = theme === undefined ? '' : `:where([data-wx-theme="${theme}"]) `
  if (/^(page|:host|:root)(?![\w-])/.test(selector)) return phone
  if (page !== undefined) return `${phone}:where([data-wx-page="${page}"]) `
  return isInPages ? `${phone}:where(wx-page) ` : phone
}

/** Selectors between top-level commas. */
function split(selectors: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < selectors.length; index += 1) {
    const character = selectors[index]
    if (character === '(' || character === '[') depth += 1
    else if (character === ')' || character === ']') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(selectors.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, selectors.slice(start)]
}

const TOKENS =
  /(\[(?:"[^"]*"|'[^']*'|[^\]])*\])|(::?)([\w-]+)(\()?|\.((?:[\w-]|[^\0-\x7f]|\\.)+)|#((?:[\w-]|[^\0-\x7f]|\\.)+)|([A-Za-z][\w-]*)|([\s\S])/g

function compound(selector: string, scope: SelectorScope): string {
  let result = ''
  TOKENS.lastIndex = 0
  for (let match = TOKENS.exec(selector); match !== null; match = TOKENS.exec(selector)) {
    const [whole, , colons, pseudo = '', opens, className, id, tag] = match
    if (className !== undefined) result += `.${scope.component ? `${scope.component}--` : ''}${className}`
    else if (tag !== undefined && id === undefined) result += element(tag, scope)
    else if (colons === ':' && pseudo === 'host' && opens === undefined) result += host(scope)
    else if (colons === ':' && pseudo === 'root') result += 'wx-page'
    else if (opens !== undefined && TAKES_SELECTORS.has(pseudo)) {
      const end = closing(selector, TOKENS.lastIndex)
      const inner = split(selector.slice(TOKENS.lastIndex, end)).map((one) => compound(one.trim(), scope))
      result += pseudo === 'host' ? `${host(scope)}:is(${inner.join(', ')})` : `${colons}${pseudo}(${inner.join(', ')})`
      TOKENS.lastIndex = end + 1
    } else if (opens !== undefined) {
      const end = closing(selector, TOKENS.lastIndex)
      result += `${whole}${selector.slice(TOKENS.lastIndex, end)})`
      TOKENS.lastIndex = end + 1
    } else result += whole
  }
  return result
}

function element(tag: string, scope: SelectorScope): string {
  if (tag === 'page') return scope.page === undefined ? 'wx-page' : host(scope)
  return tag.includes('-') ? builtInWithHyphen(tag) : `wx-${tag}`
}

/** A tag with a hyphen may be built in (`scroll-view`) or a component (`my-button`); their names in the DOM differ. */
function builtInWithHyphen(tag: string): string {
  return `:is(wx-${tag}, ${tag})`
}

function host({ component, page }: SelectorScope): string {
  if (component !== undefined) return `[wx-host="${component}"]`
  return page === undefined ? 'wx-page' : `wx-page:where([data-wx-page="${page}"])`
}

/** The index of the parenthesis that closes the one before `from`. */
function closing(selector: string, from: number): number {
  let depth = 1
  for (let index = from; index < selector.length; index += 1) {
    if (selector[index] === '(') depth += 1
    else if (selector[index] === ')') depth -= 1
    if (depth === 0) return index
  }
  return selector.length
}
