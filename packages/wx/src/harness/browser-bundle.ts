import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const BROWSER = new URL('../../browser/', import.meta.url)

/** The browser part of the harness: runtime, elements, `wx` and shell. */
export interface BrowserBundle {
  readonly js: string
  readonly map: string
  readonly css: string
}

/** Bundles packages/wx/browser, which is the same for every program. */
export async function bundleBrowser(): Promise<BrowserBundle> {
  const { outputFiles } = await build({
    entryPoints: { harness: fileURLToPath(new URL('main.ts', BROWSER)) },
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@cloudstead/source'],
    sourcemap: 'linked',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: {},
  })
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  return { js: text('harness.js'), map: text('harness.js.map'), css: text('harness.css') }
}
