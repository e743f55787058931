/** Installs WeChat's official tool in this folder, unless it is installed. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const TOOL = 'miniprogram-ci'

/** The disk space of the tool and its dependencies. */
const SIZE = '320 MB'

/** The version in package.json. The checks depend on internals of the tool, so it has to be exactly this one. */
function wantedVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
  return dependencies[TOOL]
}

function installedVersion(): string | undefined {
  const manifest = join(HERE, 'node_modules', TOOL, 'package.json')
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined
}

/** @throws if npm cannot install it */
export function ensureInstalled(print: (line: string) => void): void {
  const wanted = wantedVersion()
  if (installedVersion() === wanted) return
  print(
    `Installing ${TOOL} ${wanted} into tools/wechat-check/node_modules: about ${SIZE}, takes some minutes, only the first time.`,
  )
  // The checks do not need the install scripts of its packages.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0 || installedVersion() !== wanted) throw new Error(`npm could not install ${TOOL} ${wanted}`)
}
