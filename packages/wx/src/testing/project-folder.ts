import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A Mini Program project on disk, for one test. */
export interface ProjectFolder {
  readonly path: string
  /** Writes or replaces files: path to text. */
  write(files: Readonly<Record<string, string>>): void
  link(path: string, target: string): void
  remove(): void
}

/** The smallest program: one page, `pages/a/a`. */
const SMALLEST: Readonly<Record<string, string>> = {
  'project.config.json': '{ "miniprogramRoot": "miniprogram/" }',
  'miniprogram/app.json': '{ "pages": ["pages/a/a"] }',
  'miniprogram/app.js': 'App({})',
  'miniprogram/pages/a/a.js': 'Page({})',
  'miniprogram/pages/a/a.wxml': '<view>a</view>',
}

/** Creates the smallest project in a new folder, with `files` added or replaced. */
export function createProject(files: Readonly<Record<string, string>> = {}): ProjectFolder {
  const path = mkdtempSync(join(tmpdir(), 'mini-program-'))
  const place = (file: string): string => {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    return join(path, file)
  }
  const write = (texts: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(texts)) writeFileSync(place(file), text)
  }
  write({ ...SMALLEST, ...files })
  return {
    path,
    write,
    link: (file, target) => symlinkSync(target, place(file)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
