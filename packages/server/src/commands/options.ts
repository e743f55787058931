/** Parses the options of the command line. */
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { ENV_ID } from '@cloudstead/protocol'
import { nearest } from '@cloudstead/rules'

/** The command line is wrong. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Parses options without other arguments. @throws UsageError naming the nearest valid option */
export function parseOptions<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  args: readonly string[],
  options: T,
) {
  return parseKnown(args, options, false).values as {
    [K in keyof T]?: T[K]['type'] extends 'boolean' ? boolean : string
  }
}

/** Parses options and the name of one file. @throws UsageError */
export function parseWithFile<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  command: string,
  args: readonly string[],
  options: T,
) {
  const { values, positionals } = parseKnown(args, options, true)
  const [file] = positionals
  if (file === undefined || positionals.length > 1) throw new UsageError(`${command} needs the name of one file`)
  return { values, file }
}

/** Parses options and at most one name. @throws UsageError */
export function parseWithName<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  args: readonly string[],
  options: T,
) {
  const { values, positionals } = parseKnown(args, options, true)
  const [name, second] = positionals
  if (second !== undefined) throw new UsageError(`there is one name too many: ${second}`)
  return {
    values: values as { [K in keyof T]?: T[K]['type'] extends 'boolean' ? boolean : string },
    name,
  }
}

function parseKnown<const T extends Record<string, { type: 'string' | 'boolean' }>>(
  args: readonly string[],
  options: T,
  allowPositionals: boolean,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals })
  } catch (error) {
    throw new UsageError(argumentProblem(error as NodeJS.ErrnoException, Object.keys(options)))
  }
}

/** The error of `parseArgs` as one line; for an unknown option, with the nearest valid one or all of them. */
function argumentProblem({ code, message }: NodeJS.ErrnoException, valid: readonly string[]): string {
  const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'--?([^']*)'/.exec(message)?.[1] : undefined
  if (unknown === undefined) return message.replaceAll('\n', ' ')
  const close = nearest(unknown, valid)
  const options = valid.map((name) => `--${name}`).join(', ')
  return `there is no option --${unknown}; ${close === undefined ? `valid options are ${options}` : `did you mean --${close}?`}`
}

/** The value of an option that has a fixed set of values; the first of them when it is not given. @throws UsageError */
export function choice<const T extends string>(
  option: string,
  given: string | undefined,
  valid: readonly [T, ...T[]],
): T {
  const found = given === undefined ? valid[0] : valid.find((value) => value === given)
  if (found === undefined) throw new UsageError(`--${option} must be ${valid.join(' or ')}, not ${given}`)
  return found
}

export function envOption(env: string | undefined): string {
  if (env === undefined) throw new UsageError('--env is missing: the id of the environment, such as demo-1abcde')
  if (!ENV_ID.test(env)) throw new UsageError(`--env ${env} is not valid: 3 to 64 letters, digits and dashes, no dot`)
  return env
}

export function portOption(text: string): number {
  const port = Number(text)
  if (!/^[0-9]+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text} is not a port (0 to 65535)`)
  return port
}

export function secondsOption(name: string, text: string, max: number): number {
  const seconds = Number(text)
  if (/^[0-9]+$/.test(text) && seconds <= max) return seconds
  throw new UsageError(`--${name} ${text} is not a number of seconds (0 to ${max})`)
}

/** Addresses and networks (CIDR), separated by commas. */
export function networksOption(name: string, text: string | undefined): readonly string[] {
  const networks = text === undefined ? [] : text.split(',').map((part) => part.trim())
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    // A proxy at any address is no proxy.
    const isPrefix = bits === undefined || (/^[1-9][0-9]{0,2}$/.test(bits) && Number(bits) <= most)
    if (family !== 0 && isPrefix && rest.length === 0) continue
    throw new UsageError(`--${name} ${network} is not an address or a network such as 10.0.0.0/8`)
  }
  return networks
}

/** @returns the URL without a trailing slash */
export function urlOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!/^https?:\/\/[A-Za-z0-9.:[\]-]+\/?$/.test(text)) {
    throw new UsageError(`--${name} ${text} must look like https://files.example.com, without a path`)
  }
  return text.replace(/\/$/, '')
}
