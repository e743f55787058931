import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { SDK_PACKAGES } from '../support/clients.ts'
import type { SdkLine } from '../support/sdk.ts'
import type { ColumnResults, ColumnSetup } from './run-column.ts'

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

/** A web site with one page, on a port and so an origin of its own. */
export interface Site {
  readonly url: string
  close(): void
}

export async function serveSite(sdk: SdkLine): Promise<Site> {
  const script = await bundle(sdk)
  const server: Server = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    response.end(isScript ? script : '<!doctype html><title>site</title><script src="/app.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Runs the probes on a page of the site. */
export async function runInBrowser(browser: Browser, site: Site, setup: ColumnSetup): Promise<ColumnResults> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(site.url)
    return await page.evaluate(
      (given) => (globalThis as unknown as { run(setup: ColumnSetup): Promise<ColumnResults> }).run(given),
      setup,
    )
  } finally {
    await context.close()
  }
}
