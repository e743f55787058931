import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFile } from '../node/files.ts'
import { transformUnits } from '../shared/css-units.ts'
import { placeOf, type Report } from './problems.ts'
import { type SelectorScope, transformSelectors } from './wxss-selectors.ts'

/** Media queries assume a screen of 375 pixels: 750rpx are the width of the screen. */
const RPX_PER_PIXEL_IN_MEDIA = 2

/** At-rules whose block contains rules. */
const GROUPS = /^@(media|supports|layer|container)\b/

const THEME_QUERY = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)(\s+and\s+)?/

/** How a style sheet is compiled. */
export interface StyleOptions {
  /** The folder of the program, for `@import "/common.wxss"`. */
  readonly root: string
  readonly scope: SelectorScope
  readonly report: Report
  /** Receives the path of every file that is read. */
  readonly files: string[]
}

/** Compiles a WXSS file and its imports to CSS for the simulated phone. */
export function compileStyle(file: string, options: StyleOptions): string {
  return new StyleCompiler(options).compile(file)
}

class StyleCompiler {
  readonly #options: StyleOptions
  readonly #reading: string[] = []

  constructor(options: StyleOptions) {
    this.#options = options
  }

  compile(file: string): string {
    // A circular import.
    if (this.#reading.includes(file)) return ''
    this.#reading.push(file)
    this.#options.files.push(file)
    const text = readFileSync(file, 'utf8')
    const css = this.#rules(new Sheet(text.replace(/\/\*[\s\S]*?\*\//g, blank)), file, this.#options.scope)
    this.#reading.pop()
    return css
  }

  /** The rules up to the end of the sheet or of the block. */
  #rules(sheet: Sheet, file: string, scope: SelectorScope, isBlock = false): string {
    let css = ''
    for (;;) {
      const { text, end, start } = sheet.next()
      const prelude = text.trim()
      if (end === '{') css += this.#block(prelude, sheet, file, scope)
      else if (end === ';') css += this.#statement(prelude, sheet, start, file)
      else {
        if (prelude !== '') this.#fail(file, sheet, start, `unexpected "${shorten(prelude)}"`)
        if ((end === '}') !== isBlock)
          this.#fail(file, sheet, start, isBlock ? 'a block is not closed' : 'unexpected }')
        if (end !== '}' || isBlock) return css
      }
    }
  }

  #block(prelude: string, sheet: Sheet, file: string, scope: SelectorScope): string {
    if (GROUPS.test(prelude)) {
      const theme = THEME_QUERY.exec(prelude)?.[1]
      const rest = prelude.replace(THEME_QUERY, '').replace(/\s+and\s*$/, '')
      const inner = this.#rules(sheet, file, theme === undefined ? scope : { ...scope, theme }, true)
      // The theme is that of the simulated phone, not of the browser, so it becomes a condition of the selectors.
      if (/^@media\s*(screen|all)?\s*$/.test(rest)) return inner
      const query = rest.replace(/([\d.]+)rpx\b/g, (_, amount) => `${Number(amount) / RPX_PER_PIXEL_IN_MEDIA}px`)
      return `${query} {\n${inner}}\n`
    }
    if (prelude.startsWith('@'))
      return `${prelude} {${transformUnits(sheet.rest(() => this.#unclosed(file, sheet)))}}\n`
    const body = sheet.rest(() => this.#unclosed(file, sheet))
    return `${transformSelectors(prelude, scope)} {${transformUnits(body)}}\n`
  }

  #statement(prelude: string, sheet: Sheet, start: number, file: string): string {
    if (prelude === '' || prelude.startsWith('@charset')) return ''
    const target = /^@import\s+(?:url\(\s*)?["']([^"']+)["']/.exec(prelude)?.[1]
    if (target === undefined) {
      this.#fail(file, sheet, start, `unexpected "${shorten(prelude)}"`)
      return ''
    }
    const path = target.startsWith('/') ? join(this.#options.root, target) : join(dirname(file), target)
    const found = [path, `${path}.wxss`].find(isFile)
    if (found !== undefined) return this.compile(found)
    this.#fail(file, sheet, start, `@import: there is no file ${target}`)
    return ''
  }

  #unclosed(file: string, sheet: Sheet): void {
    this.#fail(file, sheet, sheet.text.length, 'a block is not closed')
  }

  #fail(file: string, sheet: Sheet, start: number, message: string): void {
    const gap = /^\s*/.exec(sheet.text.slice(start))?.[0].length ?? 0
    this.#options.report(file, message, placeOf(sheet.text, Math.min(start + gap, sheet.text.length)))
  }
}

/** Reads a style sheet without comments from start to end. */
class Sheet {
  readonly text: string
  #at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The text up to the next brace or semicolon that is not in a string or in parentheses. */
  next(): { text: string; end: '{' | '}' | ';' | ''; start: number } {
    const start = this.#at
    let depth = 0
    while (this.#at < this.text.length) {
      const character = this.text[this.#at] ?? ''
      if (character === '"' || character === "'") this.#skipString(character)
      else if (character === '(' || character === '[') depth += 1
      else if (character === ')' || character === ']') depth -= 1
      else if (character === '{' || character === '}' || (character === ';' && depth <= 0)) {
        const text = this.text.slice(start, this.#at)
        this.#at += 1
        return { text, end: character, start }
      }
      this.#at += 1
    }
    return { text: this.text.slice(start), end: '', start }
  }

  /** Returns the text up to the closing brace of this block, and skips the brace. */
  rest(unclosed: () => void): string {
    const start = this.#at
    for (let depth = 1; ; ) {
      const { end } = this.next()
      if (end === '{') depth += 1
      else if (end === '}') depth -= 1
      else if (end === '') {
        unclosed()
        return this.text.slice(start)
      }
      if (depth === 0) return this.text.slice(start, this.#at - 1)
    }
  }

  #skipString(quote: string): void {
    for (this.#at += 1; this.#at < this.text.length && this.text[this.#at] !== quote; this.#at += 1) {
      if (this.text[this.#at] === '\\') this.#at += 1
    }
  }
}

/** Replaces a comment with spaces, so that lines and columns stay the same. */
function blank(comment: string): string {
  return comment.replace(/[^\n]/g, ' ')
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}
