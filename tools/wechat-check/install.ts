/** Brings WeChat's official tool into this folder, when it is not there yet. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const TOOL = 'miniprogram-ci'

/** What the tool and everything that it depends on take on the disk. */
const SIZE = '320 MB'

/** The version that package.json names. The checks lean on its insides, so another one will not do. */
function wantedVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
  return dependencies[TOOL]
}

function installedVersion(): string | undefined {
  const manifest = join(HERE, 'node_modules', TOOL, 'package.json')
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined
}

/** @throws when npm cannot install it */
export function ensureInstalled(say: (line: string) => void): void {
  const wanted = wantedVersion()
  if (installedVersion() === wanted) return
  say(`Installing ${TOOL} ${wanted} into tools/wechat-check/node_modules: about ${SIZE}, some minutes, this once.`)
  // Its packages need no install scripts for what is done here.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0 || installedVersion() !== wanted) throw new Error(`npm could not install ${TOOL} ${wanted}`)
}
