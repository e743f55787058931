import type { Browser } from 'playwright-core'
import { SDK_PACKAGES } from '../support/clients.ts'
import type { SdkLine } from '../support/sdk.ts'
import { runOnPage, scriptSite } from '../support/sdk-site.ts'
import type { WebSite } from '../support/web-site.ts'
import type { ProbeResults } from './probe.ts'
import type { ColumnSetup } from './run-column.ts'

/** A web site whose page has the SDK's build for browsers and the probes. */
export async function sdkSite(sdk: SdkLine): Promise<WebSite> {
  const contents = `
    import cloudbase from '${SDK_PACKAGES[sdk]}'
    import { runColumn } from './run-column.ts'
    window.run = (setup) => runColumn(cloudbase, setup, {
      pick: (bytes, name) => new File([bytes], name, { type: 'image/png' }),
      downloaded: async ({ tempFilePath }) => new Uint8Array(await (await fetch(tempFilePath)).arrayBuffer()),
    })`
  return scriptSite(contents, import.meta.dirname)
}

/** Runs the probes on a page. @param page its URL */
export function runInBrowser(browser: Browser, page: string, setup: ColumnSetup): Promise<ProbeResults> {
  return runOnPage(browser, page, setup)
}
