/**
 * `node scripts/quickstart-picture.ts`, after `npm run build`: takes the picture of `npm start` in the README. Needs Chromium,
 * the free ports 8787 and 8788, and no data in `.cloudstead`, so that the picture shows the same values as the text.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { launchChromium } from '../acceptance/support/chromium.ts'

const ROOT = join(import.meta.dirname, '..')
const DATA = join(ROOT, '.cloudstead')
/** The last line that the program prints before it waits. */
const LAST = "const app = cloudbase.init({ env: 'demo-1abcde' })\n"
/** A change of color in the output for a terminal. */
const COLOR_CODE = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, 'g')
/** The colors by the codes of the terminal; 1 is bold. */
const STYLES: Readonly<Record<string, string>> = {
  '1': 'font-weight:bold',
  '32': 'color:#4ade80',
  '36': 'color:#67b7dc',
}

async function output(): Promise<string> {
  const child = spawn(process.execPath, ['examples/quickstart/run.ts'], {
    cwd: ROOT,
    env: { ...process.env, FORCE_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += chunk
    if (printed.includes(LAST)) break
  }
  child.kill('SIGTERM')
  child.stdout.resume()
  await once(child, 'close')
  return printed
}

function toHtml(printed: string): string {
  const text = printed.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  // A terminal gives a Chinese character two columns.
  const wide = text.replaceAll(/\p{Script=Han}/gu, '<span style="display:inline-block;width:2ch">$&</span>')
  const colored = wide.replaceAll(COLOR_CODE, (_, code: string) => {
    const style = STYLES[code]
    return style === undefined ? '</span>' : `<span style="${style}">`
  })
  return `<meta charset="utf-8"><body style="margin:0;background:#1d2025">
<pre style="margin:0;padding:36px;font:13px/1.4 'DejaVu Sans Mono',monospace;color:#eee;width:136ch;white-space:pre-wrap;word-break:break-all"
><span style="color:#999">$ npm ci &amp;&amp; npm start</span>\n\n${colored.trimEnd()}</pre>`
}

if (existsSync(DATA)) throw new Error(`${DATA} exists; move it away`)
try {
  const html = toHtml(await output())
  const browser = await launchChromium()
  const page = await browser.newPage({ deviceScaleFactor: 1.5 })
  await page.setContent(html)
  await page.locator('pre').screenshot({ path: join(ROOT, 'docs/images/quickstart.png') })
  await browser.close()
} finally {
  rmSync(DATA, { recursive: true, force: true })
}
