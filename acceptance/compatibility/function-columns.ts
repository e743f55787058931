import { build } from 'esbuild'
import { actAsAdmin } from '../support/wire.ts'
import type { ProbeResults } from './probe.ts'
import type { ServerColumn, ServerSetup } from './server-columns.ts'

/** The program of a function that runs all probes with an SDK, which it finds as any function does. */
export async function programOf({ packageName }: ServerColumn): Promise<string> {
  const contents = `
    import { runServerColumn } from './run-server-column.ts'
    const sdk = require('${packageName}')
    export const main = async (setup) => Object.entries(await runServerColumn(sdk, setup))`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: [packageName],
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** Runs the probes in a function. @param name of the function */
export async function runInFunction(name: string, setup: ServerSetup): Promise<ProbeResults> {
  const params = { function_name: name, request_data: JSON.stringify(setup) }
  const reply = await actAsAdmin(setup.server, setup.apiKey.apiKey, 'functions.invokeFunction', params)
  if (reply.code !== undefined) throw new Error(`${reply.code}: ${reply.message}`)
  const results = JSON.parse(reply.data.response_data) as [string, string | null][]
  // JSON has no undefined.
  return Object.fromEntries(results.map(([row, reason]) => [row, reason ?? undefined]))
}
