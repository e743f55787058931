/**
 * `npm start`: starts the server, runs the recipe against it with each version of the official SDK, prints each step, then
 * keeps the server running and serves the orders app. Options: `npm start -- --help`.
 */
import { join, relative, resolve } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { FUNCTIONS } from '../orders/tools/functions.ts'
import { prepareLoginKey } from './login-key.ts'
import { APP_USERS, ORDERS_APP, serveOrdersApp } from './orders-app.ts'
import { createOutput, type Output, StepFailed, type StepReport } from './output.ts'
import { type Permissions, preparePermissions } from './permissions.ts'
import { SDKS, type SdkVersion } from './phone.ts'
import { type RecipeResult, runRecipe } from './recipe.ts'
import { freePort, type ServerProcess, startServer } from './server-process.ts'

const USAGE = `npm start -- [options]

  --port N        port of the server; default 8787, or the next free port; 0: any
  --app-port N    port of the orders app; default 8788, or the next free port; 0: any
  --data-dir DIR  directory of the data; default .cloudstead in the repository
  --functions DIR directory of the cloud functions; default examples/orders/cloudfunctions
  --once          stop after the run; the exit code is 0 if every step passed
  --json          print only one JSON object at the end of the run
`

const ENV = 'demo-1abcde'
const ROOT = join(import.meta.dirname, '../..')
/** How often to check whether the parent process has ended. */
const PARENT_CHECK_MS = 500

/** Printed when a step fails because the run expects another rule. */
const CHANGED = `
The storage rule was changed in the Console, and the run expects the one of the recipe. To go back, open Permissions in the
Console, then History. The server keeps running.`

/** The recipe with one version of the SDK. */
interface Run {
  readonly sdk: SdkVersion
  readonly steps: readonly StepReport[]
  /** Only if every step passed. */
  result?: RecipeResult
}

interface Options {
  readonly port: number
  readonly appPort: number
  readonly dataDir: string
  readonly functions: string
  readonly once: boolean
  readonly json: boolean
}

/** @returns undefined for --help */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'app-port': { type: 'string', default: '8788' },
      'data-dir': { type: 'string', default: join(ROOT, '.cloudstead') },
      functions: { type: 'string', default: FUNCTIONS },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    port: portOption('--port', values.port),
    appPort: portOption('--app-port', values['app-port']),
    dataDir: resolve(values['data-dir']),
    functions: resolve(values.functions),
    once: values.once,
    json: values.json,
  }
}

function portOption(name: string, value: string): number {
  const port = Number(value)
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new Error(`${name} ${value} is not a port`)
  return port
}

/** @returns the exit code */
async function main(): Promise<number> {
  const options = readOptions()
  if (options === undefined) {
    process.stdout.write(USAGE)
    return 0
  }
  const output = createOutput({ silent: options.json })
  const port = await freePort(options.port)
  const stopSignal = firstStopSignal()
  const { dataDir, functions } = options
  const server = await startServer({ env: ENV, port, dataDir, functions })
  if (port !== options.port) output.line(`Port ${options.port} is in use; using ${port}.`)
  try {
    return await show(server, options, output, stopSignal)
  } finally {
    await server.stop()
  }
}

async function show(server: ServerProcess, options: Options, output: Output, stopSignal: Promise<'stop'>) {
  const runs: Run[] = []
  output.line(`Cloudstead runs at ${server.url}, environment ${ENV}.\n`)
  let permissions: Permissions | undefined
  try {
    permissions = await preparePermissions(server)
    await prepareLoginKey(server, options.functions)
    for (const sdk of SDKS) {
      const brief = runs.length > 0
      output.line(brief ? `\nThe same with js-sdk ${sdk}, without the values:\n` : `With js-sdk ${sdk}:\n`)
      const { step, steps } = createOutput({ silent: options.json, brief })
      const run: Run = { sdk, steps }
      runs.push(run)
      const result = await Promise.race([runRecipe(server, sdk, step), stopSignal])
      if (result === 'stop') return 1
      run.result = result
    }
    printReport(server, options, runs)
    output.line(styleText('green', `\nAll ${runs[0]?.steps.length} steps passed with both versions.`))
    if (options.once) return 0
    return await stayUp(server, options, output, stopSignal, runs[0]?.result)
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    printReport(server, options, runs)
    output.line(styleText('red', `\n${error.message}`))
    if (permissions !== 'changed') return 1
    output.line(CHANGED)
    return options.once ? 1 : await stayUp(server, options, output, stopSignal)
  }
}

/** With `--json`: the first run, and with it the others. */
function printReport({ url, env }: ServerProcess, { dataDir, json }: Options, runs: readonly Run[]): void {
  const [first, ...others] = runs.map(({ sdk, steps, result }) => ({ ok: result !== undefined, sdk, steps, ...result }))
  const ok = runs.filter(({ result }) => result !== undefined).length === SDKS.length
  const report = { ...first, ok, server: { url, env, dataDir }, others }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
}

async function stayUp(
  server: ServerProcess,
  options: Options,
  output: Output,
  stopSignal: Promise<'stop'>,
  result?: RecipeResult,
): Promise<number> {
  const app = await serveOrdersApp(server, options.appPort, output.line)
  try {
    printLinks(output, server, app.url, options, result)
    server.showLog()
    // Ctrl+C also reaches the server, which may end first.
    const ending = await Promise.race([stopSignal, server.ended])
    if (ending === null) throw new Error('the server was killed; start it again: no acknowledged data is lost')
    if (ending !== 'stop' && ending !== 0) throw new Error(`the server stopped with exit code ${ending}`)
    output.line('\nStopping the server.')
    return 0
  } finally {
    await app.close()
  }
}

/** Resolves on Ctrl+C, SIGTERM, or the end of npm. A second Ctrl+C ends the program immediately. */
function firstStopSignal(): Promise<'stop'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stop'))
    // The shell between npm and this program ends on SIGTERM without forwarding it.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && resolve('stop'), PARENT_CHECK_MS).unref()
  })
}

function printLinks(
  output: Output,
  { url, consoleLink, appLines }: ServerProcess,
  appUrl: string,
  { dataDir, functions }: Options,
  result: RecipeResult | undefined,
): void {
  const [first, second] = APP_USERS
  const picture =
    result === undefined ? '' : `  picture  ${result.tempFileURLs[0]}\n           (opens in a browser for two hours)\n`
  const here = (path: string) => relative(process.cwd(), path) || '.'
  output.line(`
The server keeps running; Ctrl+C stops it.

  app      ${appUrl}/?user=${first}
           (the orders Mini Program in your browser, logged in as the simulated user ${first})
           ${appUrl}/?user=${second}
           (the same app as ${second}, who must not see the uploads of ${first})
           ${here(ORDERS_APP)}
           (its source; edits are shown immediately)
  login    ${url}/fn/getLoginTicket
           (the cloud function of the app that makes login tickets; its log: ${url}/console/functions)
           ${here(functions)}
           (its source; edits take effect at the next call)
  console  ${consoleLink}
           (files, documents, permissions and denials; this link signs you in)
  server   ${url}
  health   ${url}/health
${picture}  rules    ${url}/console/permissions
           (try it: choose READONLY and save, and the picture opens without its ?sign=...; History brings the rule back)
  data     ${here(dataDir)}
           (delete it while the server is stopped to start over)

${appLines}
`)
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
