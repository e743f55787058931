/**
 * Where V8's compiled code is kept between starts. Whoever can write there runs code in this server, so the directory and the
 * way to it belong to this user or to root, and nobody else can write there.
 */
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

const WRITABLE_FOR_OTHERS = 0o022
/** Others may add names to such a directory, such as /tmp, but cannot replace ours. */
const STICKY = 0o1000

/**
 * The directory of the compile cache, which it creates: beside the code, or else where the user keeps caches. Undefined if
 * neither is safe and writable; then there is no cache.
 *
 * @param beside the one beside the code
 */
export function compileCacheDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  beside: string,
): string | undefined {
  if (isOurs(beside)) return beside
  const caches = userCaches(environment)
  const second = caches && join(caches, 'cloudstead', 'compile')
  return second !== undefined && isOurs(second) ? second : undefined
}

function userCaches({ XDG_CACHE_HOME, LOCALAPPDATA }: Readonly<Record<string, string | undefined>>) {
  const named = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME
  if (named !== undefined && isAbsolute(named)) return named
  const home = homeDirectory()
  return home !== undefined && isAbsolute(home) ? join(home, '.cache') : undefined
}

/** Undefined for a user that the system does not know, as the number given to a container or a service may be. */
function homeDirectory(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}

function isOurs(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    // Windows has no such modes. There the directory inherits the rights of the code or of the user's own data.
    const user = process.getuid?.()
    if (user === undefined) return true
    const real = realpathSync(directory)
    const { uid, mode } = statSync(real)
    return uid === user && (mode & WRITABLE_FOR_OTHERS) === 0 && isSafeWay(dirname(real), user)
  } catch {
    return false
  }
}

/** Whether only this user and root can replace what is below the directory. */
function isSafeWay(directory: string, user: number): boolean {
  const { uid, mode } = statSync(directory)
  if (uid !== user && uid !== 0) return false
  if ((mode & WRITABLE_FOR_OTHERS) !== 0 && (mode & STICKY) === 0) return false
  const above = dirname(directory)
  return above === directory || isSafeWay(above, user)
}
