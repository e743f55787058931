import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { NPM_FOLDER, type NpmPackage } from './npm-packages.ts'

/** Extensions of files that the build processes or ignores; all others are assets. */
const SOURCES: ReadonlySet<string> = new Set(['.ts', '.js', '.json', '.wxml', '.wxss', '.wxs', '.map', '.md'])

/** The assets of the program and its packages: path in the program, without a leading slash, to file. */
export function findAssets(root: string, packages: readonly NpmPackage[]): Map<string, string> {
  const assets = new Map<string, string>()
  const walk = (folder: string, path: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isDirectory()) walk(join(folder, entry.name), `${path}${entry.name}/`)
      else if (!SOURCES.has(extname(entry.name))) assets.set(`${path}${entry.name}`, join(folder, entry.name))
    }
  }
  walk(root, '')
  for (const { name, miniprogramFolder } of packages) {
    if (miniprogramFolder !== undefined) walk(miniprogramFolder, `${NPM_FOLDER}/${name}/`)
  }
  return assets
}
