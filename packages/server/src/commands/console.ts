/** `cloudstead console`: creates a sign-in link or sets the password of the Console. Also works while a server runs. */
import { createConsoleLink, setConsolePassword } from '../auth/console/commands.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../auth/console/password.ts'
import { checkEnvironment, withEnvironment } from './environment.ts'
import { type Environment, parseOptions, UsageError, urlOption } from './options.ts'
import { DATA_OPTIONS } from './places.ts'

const ACTIONS: readonly string[] = ['link', 'password']
const LINK_OPTIONS = { ...DATA_OPTIONS, url: { type: 'string' }, 'public-url': { type: 'string' } } as const
/** Characters to read before giving up on a line end: more than any password has. */
const MAX_INPUT = 4096

export async function consoleAccess(
  [action = '', ...rest]: readonly string[],
  environment: Environment,
): Promise<number> {
  // Checked before the environment is opened, because opening creates missing files.
  if (!ACTIONS.includes(action)) throw new UsageError(`console needs one of: ${ACTIONS.join(', ')}`)
  return action === 'link' ? printLink(rest, environment) : setPassword(rest, environment)
}

async function printLink(args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, LINK_OPTIONS)
  const url = urlOption('url', options.url) ?? urlOption('public-url', options['public-url'])
  const link = await withEnvironment(options, environment, 'refuse', ({ records }) =>
    createConsoleLink(records, Date.now, url),
  )
  if (link === undefined) {
    throw new UsageError(
      'no server of this environment has run yet; start it, or give --url, the address at which your browser reaches the server',
    )
  }
  process.stdout.write(`${link}\n`)
  return 0
}

async function setPassword(args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, DATA_OPTIONS)
  // Before anybody types a password.
  checkEnvironment(options, environment, 'create')
  if (process.stdin.isTTY) process.stderr.write('New Console password: ')
  const password = await readPassword(process.stdin)
  if (password === undefined) {
    throw new UsageError(`the password must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`)
  }
  await withEnvironment(options, environment, 'create', ({ records }) => setConsolePassword(records, password))
  process.stdout.write('The Console password is set. Everybody is signed out.\n')
  return 0
}

/** The first line of a stream, without its line end; undefined when it is too short or too long for a password. */
async function readPassword(input: AsyncIterable<Buffer | string>): Promise<string | undefined> {
  let text = ''
  for await (const chunk of input) {
    text += chunk.toString()
    if (text.includes('\n') || text.length > MAX_INPUT) break
  }
  const [line = ''] = text.split(/\r?\n/)
  return line.length >= MIN_PASSWORD_LENGTH && line.length <= MAX_PASSWORD_LENGTH ? line : undefined
}
