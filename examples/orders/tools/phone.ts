/** Runs the pages of the Mini Program without WXML: their own code, the real SDK and kit, and a simulated phone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMiniProgramRuntime, createWx, type WxInstance, type WxOptions } from '@cloudstead/wx'
import { build } from 'esbuild'
import { buildSdk } from './build.ts'

const MINI_PROGRAM = join(import.meta.dirname, '../miniprogram')
const PAGES = ['index', 'orders', 'new-order', 'order', 'errors']

/** The program in one file. */
export interface Bundle {
  readonly file: string
  remove(): void
}

export async function bundleProgram(): Promise<Bundle> {
  const directory = mkdtempSync(join(tmpdir(), 'orders-'))
  await buildSdk(directory)
  const file = join(directory, 'program.js')
  const pages = PAGES.map((name) => `exports[${JSON.stringify(name)}] = () => require('./pages/${name}/${name}')`)
  await build({
    stdin: { contents: ["require('./app')", ...pages].join('\n'), resolveDir: MINI_PROGRAM, sourcefile: 'program.js' },
    outfile: file,
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    conditions: ['@cloudstead/source'],
    target: 'es2022',
    logLevel: 'warning',
    plugins: [
      {
        name: 'sdk',
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/libs\/cloudbase$/ }, () => ({ path: './libs/cloudbase.js', external: true })),
      },
    ],
  })
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** An open page: its data, and its methods by name. */
export interface OpenPage {
  readonly data: Readonly<Record<string, unknown>>
  call(name: string, event?: object): Promise<unknown>
}

export interface Phone {
  readonly device: WxInstance
  /** The URLs that the program navigated to, oldest first. */
  readonly visited: readonly string[]
  open(page: string, query?: Readonly<Record<string, string>>): Promise<OpenPage>
  switchOff(): void
}

/** The methods of a page, and its fields besides its data. */
type PageOptions = Record<string, unknown> & { data: Record<string, unknown> }

export function switchOn(bundle: Bundle, server: { env: string; url: string }, options: WxOptions): Phone {
  const device = createWx(options)
  const visited: string[] = []
  const registered = new Map<string, PageOptions>()
  let opening = ''
  const navigate = ({ url }: { url: string }) => visited.push(url)
  const wx = {
    ...device.wx,
    getAppBaseInfo: () => ({ language: 'en' }),
    getExtConfigSync: () => ({ env: server.env, endpoint: server.url }),
    setNavigationBarTitle: () => {},
    stopPullDownRefresh: () => {},
    navigateTo: navigate,
    redirectTo: navigate,
    navigateBack: () => visited.push('back'),
  }
  const runtime = createMiniProgramRuntime({
    wx: wx as unknown as typeof device.wx,
    Page: (page: object) => registered.set(opening, page as PageOptions),
    App: (app: object) => (app as { onLaunch(): void }).onLaunch(),
  })
  // A global of Mini Programs, which the pages use to see whether they can navigate back.
  runtime.globalThis.getCurrentPages = () => [{}, {}]
  const program = runtime.require<Record<string, () => void>>(bundle.file)

  return {
    device,
    visited,
    async open(name, query = {}) {
      opening = name
      program[name]?.()
      const options = registered.get(name)
      if (options === undefined) throw new Error(`unknown page ${name}`)
      const page = instanceOf(options)
      await page.call('onLoad', query)
      await page.call('onShow')
      return page
    },
    switchOff() {
      runtime.dispose()
      device.dispose()
    },
  }
}

/** A page whose `setData` supports paths such as `rows[2].note`. */
function instanceOf(options: PageOptions): OpenPage {
  const page: PageOptions = { ...options, data: structuredClone(withoutFunctions(options.data)) }
  page.setData = (patch: Record<string, unknown>) => {
    for (const [path, value] of Object.entries(patch)) assign(page.data, path.split(/[.[\]]+/).filter(Boolean), value)
  }
  return {
    get data() {
      return page.data
    },
    async call(name, event) {
      const method = page[name]
      return typeof method === 'function' ? method.call(page, event) : undefined
    },
  }
}

function assign(target: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[first] = value
  else assign(target[first] as Record<string, unknown>, rest, value)
}

/** The texts contain functions, which WeChat also drops from data. */
function withoutFunctions(data: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>
}
