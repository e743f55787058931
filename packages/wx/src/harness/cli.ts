import { parseArgs } from 'node:util'
import { buildMiniProgram, writeSite } from './build.ts'
import { BuildError, formatProblem } from './problems.ts'
import { type BuildResult, serveMiniProgram } from './serve.ts'

const USAGE = `cloudstead-wx: runs a WeChat Mini Program project in the browser. This is not WeChat.

  cloudstead-wx serve PROJECT [--port N] [--host H] [--endpoint URL] [--env ENV] [--user NAME] [--no-watch]
  cloudstead-wx build PROJECT --out DIR [--endpoint URL] [--env ENV] [--user NAME]

PROJECT is the folder that contains project.config.json.
`

/** The command line. Returns the exit code; `serve` runs until a signal. */
export async function main(args: readonly string[], write: (text: string) => void): Promise<number> {
  try {
    return await run(args, write)
  } catch (error) {
    if (error instanceof UsageError) write(`${error.message}\n\n${USAGE}`)
    else if (error instanceof BuildError || isListenFailure(error)) write(`${error.message}\n`)
    else throw error
    return 1
  }
}

class UsageError extends Error {}

async function run(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parse(args)
  const [command, project, ...rest] = positionals
  if (values.help === true || command === undefined) {
    write(USAGE)
    return values.help === true ? 0 : 1
  }
  if (project === undefined || rest.length > 0) throw new UsageError('expected one PROJECT folder')
  const common = { project, endpoint: values.endpoint, env: values.env, user: values.user }
  if (command === 'build') {
    if (values.out === undefined) throw new UsageError('build needs --out DIR')
    const site = await buildMiniProgram(common)
    for (const warning of site.warnings) write(`warning: ${formatProblem(warning)}\n`)
    for (const fault of site.faults) write(`${formatProblem(fault)}\n`)
    await writeSite(site, values.out)
    write(`built ${project} into ${values.out}: ${site.files.size} files\n`)
    if (site.faults.length > 0) write(`problems that break only the pages that use the file: ${site.faults.length}\n`)
    return site.faults.length > 0 ? 1 : 0
  }
  if (command !== 'serve') throw new UsageError(`unknown command ${command}`)
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new UsageError(`--port ${values.port} is not a port`)
  }
  const onBuild = (result: BuildResult) => write(describe(result))
  const server = await serveMiniProgram({
    ...common,
    port,
    host: values.host,
    watch: values['no-watch'] !== true,
    onBuild,
  })
  write(`cloudstead-wx ready: ${server.url}\n`)
  await new Promise((stop) => {
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
  await server.close()
  return 0
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        endpoint: { type: 'string' },
        env: { type: 'string' },
        user: { type: 'string' },
        out: { type: 'string' },
        'no-watch': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function describe({ milliseconds, error, faults, warnings }: BuildResult): string {
  const notes = [...warnings.map((warning) => `warning: ${warning}\n`), ...faults.map((fault) => `${fault}\n`)].join('')
  return error === undefined ? `${notes}built in ${Math.round(milliseconds)} ms\n` : `${notes}${error}\n`
}

function isListenFailure(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes(String(error.code))
  )
}
