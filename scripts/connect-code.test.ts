/** The code that connects an SDK to a server: it compiles with the types of every version, the docs show it, and it runs. */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type ClientSdk, clientLines, connectCode } from '@cloudstead/admin-api'
import { SDK_PACKAGES } from '../acceptance/support/clients.ts'
import { ENV, serverForFile } from '../acceptance/support/server.ts'

const ROOT = join(import.meta.dirname, '..')
const MODULES = join(ROOT, 'node_modules')
const folder = mkdtempSync(join(tmpdir(), 'cloudstead-connect-code-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const PAGES: Readonly<Record<string, string>> = {
  'README.md': 'http://127.0.0.1:8787',
  'README.zh-CN.md': 'http://127.0.0.1:8787',
  'docs/moving.md': 'https://your.domain',
  'docs/moving.zh-CN.md': 'https://your.domain',
}
for (const [page, endpoint] of Object.entries(PAGES)) {
  test(`${page} has the lines for js-sdk 3 and 2, as the Console and the terminal show them`, () => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const sdk of ['js-sdk-3', 'js-sdk-2'] as const) {
      assert.ok(text.includes(`\`\`\`js\n${clientLines(sdk, ENV, endpoint)}\n\`\`\``), `${page}: ${sdk}`)
    }
  })
}

type SdkLine = keyof typeof SDK_PACKAGES

describe('the code compiles with the published types', () => {
  /** The versions that each of the two codes is for. */
  const VERSIONS: Readonly<Record<ClientSdk, readonly SdkLine[]>> = {
    'js-sdk-2': ['2.27.2', '2.28.8', '2.32.0', '3.3.3', '3.7.0'],
    'js-sdk-3': ['3.7.0'],
  }
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction')
  for (const [sdk, versions] of Object.entries(VERSIONS) as [ClientSdk, SdkLine[]][]) {
    for (const version of versions) {
      // Bundlers of web pages, and Node. A Mini Program project resolves like a bundler.
      for (const [module, resolution] of [
        ['esnext', 'bundler'],
        ['nodenext', 'nodenext'],
      ] as const) {
        test(`${sdk} with ${version}, module resolution ${resolution}`, () => {
          const name = `${sdk}-${version}-${resolution}`
          const code = connectCode(sdk, ENV, 'http://127.0.0.1:8787').replace(
            '@cloudbase/js-sdk',
            SDK_PACKAGES[version],
          )
          writeFileSync(join(folder, `${name}.ts`), `${code}\nexport const auth = app.auth()\n`)
          const compilerOptions = { strict: true, noEmit: true, module, moduleResolution: resolution, target: 'es2022' }
          const options = {
            ...compilerOptions,
            skipLibCheck: true,
            esModuleInterop: true,
            lib: ['es2022', 'dom'],
            types: [],
          }
          writeFileSync(
            join(folder, `${name}.json`),
            JSON.stringify({ compilerOptions: options, files: [`${name}.ts`] }),
          )
          const run = () =>
            execFileSync(join(MODULES, '.bin/tsc'), ['-p', `${name}.json`], { cwd: folder, encoding: 'utf8' })
          assert.doesNotThrow(run, (error) => assert.fail((error as { stdout?: string }).stdout))
        })
      }
    }
  }
})

describe('the code for servers runs', async () => {
  const server = await serverForFile({ config: { database: { collections: { orders: { acl: 'ADMINONLY' } } } } })
  writeFileSync(join(folder, 'api-key.json'), JSON.stringify(await server.apiKey()))
  const env = { ...process.env, NODE_PATH: MODULES, TENCENTCLOUD: 'true' }

  for (const name of ['@cloudbase/node-sdk', '@cloudbase/node-sdk-2']) {
    test(name, async () => {
      const code = connectCode('node-sdk', ENV, server.url).replace('@cloudbase/node-sdk', name)
      const file = join(folder, `${name.replaceAll('/', '-')}.cjs`)
      writeFileSync(
        file,
        `${code}\napp.database().collection('orders').add({ by: '${name}' }).then(({ id }) => process.stdout.write('id ' + id))`,
      )
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
      assert.match(stdout, /id [0-9a-f]{32}$/)
    })
  }

  for (const name of ['wx-server-sdk', 'wx-server-sdk-2']) {
    test(`${name}, by the environment variables`, async () => {
      const program = `const cloud = require('${name}')
cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
cloud.database().collection('orders').add({ data: { by: '${name}' } }).then(({ _id }) => process.stdout.write('id ' + _id))`
      writeFileSync(join(folder, `${name}.cjs`), program)
      const command = `${connectCode('wx-server-sdk', ENV, server.url)}\n"${process.execPath}" ${name}.cjs`
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder, env })
      assert.match(stdout, /id [0-9a-f]{32}$/)
    })
  }
})
