import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { NpmPackage } from './npm-packages.ts'

/** Extensions of files that the build processes or ignores; all others are assets. */
const SOURCES: ReadonlySet<string> = new Set(['.ts', '.js', '.json', '.wxml', '.wxss', '.wxs', '.map', '.md'])

/** Folders outside of the program; WeChat's developer tools write packages to `miniprogram_npm`. */
const EXCLUDED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'miniprogram_npm'])

/** The assets of the program and its packages: path in the program, without a leading slash, to file. */
export function findAssets(root: string, packages: readonly NpmPackage[]): Map<string, string> {
  const assets = new Map<string, string>()
  const walk = (folder: string, path: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || EXCLUDED_FOLDERS.has(entry.name)) continue
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
