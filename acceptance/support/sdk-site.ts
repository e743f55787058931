/** Web sites whose page runs a script that is bundled from the modules of the tests. */
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { serveSite, type WebSite } from './web-site.ts'

/**
 * @param contents the script, which sets `window.run`
 * @param resolveDir where its imports are looked up
 */
export async function scriptSite(contents: string, resolveDir: string): Promise<WebSite> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    logLevel: 'error',
  })
  return serveSite(outputFiles[0]?.text ?? '')
}

/** Opens a page in a profile of its own and calls its `window.run`. @param page its URL */
export async function runOnPage<Input extends object, T>(browser: Browser, page: string, input: Input): Promise<T> {
  const context = await browser.newContext()
  try {
    const opened = await context.newPage()
    await opened.goto(page)
    return (await opened.evaluate(
      (given) => (globalThis as unknown as { run(given: object): Promise<unknown> }).run(given),
      input as object,
    )) as T
  } finally {
    await context.close()
  }
}
