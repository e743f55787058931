/** The real browser of the end-to-end tests: finding it, and saying how to get it. */
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

/** Where Chromium, Chrome or Edge is on this machine; `CHROMIUM_PATH` overrides. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return named
  const directories = (process.env.PATH ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => directories.map((directory) => join(directory, name)))
  return [...candidates, ...ELSEWHERE].find((path) => existsSync(path))
}

/** Why the tests of a file cannot run here; false when they can. For the `skip` option of a suite. */
export function lacksChromium(): string | false {
  return findChromium() === undefined ? HOW_TO_INSTALL : false
}

/** Starts the browser without a window. The tests run as root in containers, where the sandbox cannot. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(HOW_TO_INSTALL)
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
