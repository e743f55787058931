/** Copies the checked projects to temporary folders and installs their packages with npm. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const KIT = '@cloudstead/kit'
const isWindows = process.platform === 'win32'

/** Runs a command in the root of the repository. @throws with its output if it fails */
function run(command: string, args: readonly string[], cwd = ROOT): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: isWindows })
}

/** Packs the kit as npm would publish it. */
export function packKit(directory: string): string {
  run('node', ['packages/kit/build.ts'])
  const packed = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', directory, '-w', 'packages/kit']))
  return join(directory, packed[0].filename)
}

/** The example with everything that `npm run build` creates in it, except the result of WeChat's npm build. */
export function stageOrders(directory: string, kit: string): string {
  const from = join(ROOT, 'examples/orders')
  const skipped = ['node_modules', 'miniprogram_npm', 'tools']
  cpSync(from, directory, { recursive: true, filter: (path) => !skipped.includes(basename(path)) })
  const scratch = join(directory, 'built')
  mkdirSync(join(scratch, 'libs'), { recursive: true })
  run('node', ['examples/orders/tools/build.ts', '--out', scratch])
  cpSync(join(scratch, 'libs'), join(directory, 'miniprogram/libs'), { recursive: true })
  installPackages(directory, [kit])
  return directory
}

/** The project in the README of the kit: the kit and the whole SDK, both from npm. */
export function stageKitProject(directory: string, kit: string): string {
  cpSync(join(import.meta.dirname, 'kit-project'), directory, { recursive: true })
  installPackages(directory, [kit])
  return directory
}

/** The folder of the kit that the example's own build copies, for the comparison with WeChat's. */
export function ownKitOf(orders: string): string {
  return join(orders, 'built/miniprogram_npm', KIT)
}

function installPackages(directory: string, packages: readonly string[]): void {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  run('npm', ['install', ...flags, ...packages], directory)
}

export function read(directory: string, path: string): unknown {
  return JSON.parse(readFileSync(join(directory, path), 'utf8'))
}
