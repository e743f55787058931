import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { SDK_PACKAGES } from '../support/clients.ts'
import type { SdkLine } from '../support/sdk.ts'
import { serveSite, type WebSite } from '../support/web-site.ts'
import type { ProbeResults } from './probe.ts'
import type { ColumnSetup } from './run-column.ts'

/** The script of the page: the SDK's build for browsers and the probes. */
async function bundle(sdk: SdkLine): Promise<string> {
  const contents = `
    import cloudbase from '${SDK_PACKAGES[sdk]}'
    import { runColumn } from './run-column.ts'
    window.run = (setup) => runColumn(cloudbase, setup, {
      pick: (bytes, name) => new File([bytes], name, { type: 'image/png' }),
      downloaded: async ({ tempFilePath }) => new Uint8Array(await (await fetch(tempFilePath)).arrayBuffer()),
    })`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** A web site whose page has the SDK. */
export async function sdkSite(sdk: SdkLine): Promise<WebSite> {
  return serveSite(await bundle(sdk))
}

/** Runs the probes on a page. @param page its URL */
export async function runInBrowser(browser: Browser, page: string, setup: ColumnSetup): Promise<ProbeResults> {
  const context = await browser.newContext()
  try {
    const opened = await context.newPage()
    await opened.goto(page)
    return await opened.evaluate(
      (given) => (globalThis as unknown as { run(setup: ColumnSetup): Promise<ProbeResults> }).run(given),
      setup,
    )
  } finally {
    await context.close()
  }
}
