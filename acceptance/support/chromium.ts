/** Finds and starts the browser of the end-to-end tests. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

export const HOW_TO_INSTALL =
  'no Chromium or Chrome found: install one (Debian: apt-get install chromium), or set CHROMIUM_PATH to it'

/** The path of Chromium, Chrome or Edge; `CHROMIUM_PATH` overrides it. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return named
  const directories = (process.env.PATH ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => directories.map((directory) => join(directory, name)))
  return [...candidates, ...ELSEWHERE].find((path) => existsSync(path))
}

/** The reason to skip the tests of a file, or false. For the `skip` option of a suite. */
export function lacksChromium(): string | false {
  return findChromium() === undefined ? HOW_TO_INSTALL : false
}

/**
 * Starts the browser headless. Without its sandbox, which does not work as root in containers.
 *
 * @param names host names that lead to this machine, for pages whose origin is not a loopback address
 */
export async function launchChromium(names: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(HOW_TO_INSTALL)
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',')
  const args = ['--no-sandbox', '--disable-dev-shm-usage', ...(rules === '' ? [] : [`--host-resolver-rules=${rules}`])]
  return chromium.launch({ executablePath, args })
}
