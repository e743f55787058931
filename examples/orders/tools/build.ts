/**
 * Creates two parts of the program that are not in git, both in `miniprogram/`:
 *
 * - `libs/cloudbase.js`: the official SDK and its adapter in one file. WeChat's npm build would pack all dependencies of the
 *   SDK, over 3 MB, but the main package is limited to 2.
 * - `miniprogram_npm/@cloudstead/kit/`: the kit as after WeChat's npm build. In a workspace the packages are in the
 *   node_modules of the root, where WeChat's developer tools do not look.
 *
 * `node tools/build.ts --out DIR` writes to another folder.
 */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const PROJECT = join(import.meta.dirname, '..')
const KIT = '@cloudstead/kit'

/** The parts of the SDK that the program uses, two thirds of its size. */
const SDK = `
import cloudbase from '@cloudbase/js-sdk/app'
import { registerAuth } from '@cloudbase/js-sdk/auth'
import { registerDatabase } from '@cloudbase/js-sdk/database'
import { registerStorage } from '@cloudbase/js-sdk/storage'
import adapter from '@cloudbase/adapter-wx_mp'

registerAuth(cloudbase)
registerDatabase(cloudbase)
registerStorage(cloudbase)
cloudbase.useAdapters(adapter)
export default cloudbase
`

/** Bundles the official SDK and its adapter as `libs/cloudbase.js` in the folder of a Mini Program. */
export async function buildSdk(miniprogram: string): Promise<void> {
  await build({
    stdin: { contents: SDK, resolveDir: PROJECT, sourcefile: 'cloudbase.js' },
    outfile: join(miniprogram, 'libs/cloudbase.js'),
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'browser',
    target: 'es2018',
    // The BSON code of the SDK has BigInt literals, which esbuild cannot translate.
    supported: { bigint: true },
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** Copies the kit's Mini Program build, including its components, to the folder of WeChat's npm build. */
export function copyKit(miniprogram: string): void {
  const entry = createRequire(import.meta.url).resolve(KIT)
  const from = join(dirname(entry), '../miniprogram_dist')
  if (!existsSync(from)) throw new Error(`${KIT} is not built: run "npm run build" in the root of the repository first`)
  const to = join(miniprogram, 'miniprogram_npm', KIT)
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true })
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(PROJECT, 'miniprogram') } } })
  await buildSdk(resolve(values.out))
  copyKit(resolve(values.out))
}
