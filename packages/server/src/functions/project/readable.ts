/** The directories that the instances of a function may read. */
import { type Dirent, readdirSync } from 'node:fs'
import { dirname, join, parse, sep } from 'node:path'
import type { Reader } from './disk.ts'
import { directoriesUpTo, isWithin, realPath } from './paths.ts'

/** Symbolic links that are followed. A large workspace has some hundreds of packages. */
const MAX_LINKS = 2_000
/** A linked package may have linked packages of its own. */
const MAX_DEPTH = 3

/**
 * Where the symbolic links in the `node_modules` of a directory lead, as npm workspaces and pnpm make them.
 *
 * @param root absolute, without symbolic links
 * @returns directories outside of `root` that do not contain it
 */
export function linkedDirectories(disk: Reader, root: string): readonly string[] {
  const found = new Set<string>()
  const listed = disk.entries(join(root, 'node_modules'))
  let links = 'value' in listed ? linksOf(join(root, 'node_modules'), listed.value) : []
  let left = MAX_LINKS
  for (let depth = 0; depth < MAX_DEPTH && links.length > 0; depth++) {
    const next: string[] = []
    for (const link of links) {
      if (left-- <= 0) break
      const target = realPath(link)
      if (target === undefined || isWithin(root, target)) continue
      const directory = sharedDirectory(target)
      if (isWithin(directory, root) || found.has(directory)) continue
      found.add(directory)
      next.push(directory)
    }
    links = next.flatMap((directory) => {
      const packages = join(directory, 'node_modules')
      return linksOf(packages, entriesOf(packages))
    })
  }
  return [...found]
}

/** The `node_modules` above a directory. Node looks there, too, and npm keeps the packages of a workspace there. */
export function packagesAbove(directory: string): readonly string[] {
  return directoriesUpTo(parse(directory).root, dirname(directory)).flatMap((one) => {
    const packages = realPath(join(one, 'node_modules'))
    return packages === undefined || isWithin(directory, packages) ? [] : [packages]
  })
}

/** The directories without those that are inside of others, in order. */
export function outermost(directories: readonly string[]): readonly string[] {
  const all = [...new Set(directories)].sort()
  return all.filter((one) => !all.some((other) => other !== one && isWithin(one, other)))
}

/**
 * A directory without what is hidden: all of it, or what is in it except for that.
 *
 * @param hidden without symbolic links
 */
export function withoutHidden(disk: Reader, directory: string, hidden: readonly string[]): readonly string[] {
  if (hidden.some((path) => isWithin(directory, path))) return []
  if (!hidden.some((path) => isWithin(path, directory))) return [directory]
  const listed = disk.entries(directory)
  const names = 'value' in listed ? listed.value.map(({ name }) => name) : []
  return names.flatMap((name) => withoutHidden(disk, join(directory, name), hidden))
}

/** A package in a `node_modules` finds its own dependencies beside it: all of that directory. */
function sharedDirectory(target: string): string {
  const packages = `${sep}node_modules${sep}`
  const at = target.indexOf(packages)
  return at < 0 ? target : target.slice(0, at + packages.length - 1)
}

/** The symbolic links of a `node_modules` and of the scopes in it, and it itself, which may be one. */
function linksOf(packages: string, entries: readonly Dirent[]): readonly string[] {
  const inner = entries.flatMap((entry) => {
    const path = join(packages, entry.name)
    if (entry.isSymbolicLink()) return [path]
    if (!entry.name.startsWith('@') || !entry.isDirectory()) return []
    return entriesOf(path).flatMap((scoped) => (scoped.isSymbolicLink() ? [join(path, scoped.name)] : []))
  })
  return [packages, ...inner]
}

function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
