import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { NpmPackage } from './npm-packages.ts'

/** What the build turns into something else; everything besides is an asset. */
const SOURCES: ReadonlySet<string> = new Set(['.ts', '.js', '.json', '.wxml', '.wxss', '.wxs', '.map', '.md'])

/** Folders that are no part of a program; `miniprogram_npm` is what WeChat's developer tools make of the packages. */
const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'miniprogram_npm'])

/** Pictures and other files of the program and of its packages: path in the program, without leading slash, to file. */
export function findAssets(root: string, packages: readonly NpmPackage[]): Map<string, string> {
  const assets = new Map<string, string>()
  const walk = (folder: string, path: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) continue
      if (entry.isDirectory()) walk(join(folder, entry.name), `${path}${entry.name}/`)
      else if (!SOURCES.has(extname(entry.name))) assets.set(`${path}${entry.name}`, join(folder, entry.name))
    }
  }
  walk(root, '')
  for (const { name, miniprogramFolder } of packages) {
    if (miniprogramFolder !== undefined) walk(miniprogramFolder, `miniprogram_npm/${name}/`)
  }
  return assets
}
