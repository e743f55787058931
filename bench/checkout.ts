/** Another checkout of this repository, which `--against` compares with this one. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { commandOf } from './cloudstead.ts'

/** The first characters of the output of a failed build that are shown. */
const SHOWN = 300

/**
 * Builds a checkout, so that its server is that of its sources, and returns its directory. Throws a `CheckoutError` if the
 * directory is not an installed checkout, or does not build.
 */
export function prepareCheckout(directory: string, progress: (line: string) => void): string {
  const checkout = resolve(directory)
  if (!existsSync(commandOf(checkout))) throw new CheckoutError(`${directory} is not a checkout of this repository`)
  if (!existsSync(join(checkout, 'node_modules'))) {
    throw new CheckoutError(`${directory} is not installed: run \`npm ci\` in it`)
  }
  progress(`building ${checkout}`)
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build', '--prefix', checkout], {
    cwd: checkout,
    encoding: 'utf8',
  })
  if (status !== 0) {
    const output = `${stdout ?? ''}${stderr ?? ''}`.trim().replace(/\s+/g, ' ')
    throw new CheckoutError(`${directory} does not build: ${output.slice(0, SHOWN)}`)
  }
  return checkout
}

/** The message is for the one who typed the directory. */
export class CheckoutError extends Error {}
