/** `cloudstead rules check FILE` and `cloudstead rules test FILE`. */
import { choice, parseWithFile, UsageError } from './options.ts'

const CHECK_OPTIONS = {
  for: { type: 'string' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
  'resource-openid': { type: 'string' },
} as const

const TEST_OPTIONS = {
  rules: { type: 'string' },
  coverage: { type: 'boolean' },
  json: { type: 'boolean' },
  junit: { type: 'string' },
  lang: { type: 'string' },
} as const

export async function rules([action, ...rest]: readonly string[]): Promise<number> {
  if (action === 'test') return test(rest)
  if (action === 'check') return check(rest)
  throw new UsageError('rules needs one of: check FILE, test FILE')
}

async function check(args: readonly string[]): Promise<number> {
  const { values, file } = parseWithFile('rules check', args, CHECK_OPTIONS)
  const { checkRulesFile } = await import('./rules-check.ts')
  return print(
    checkRulesFile(file, {
      kind: values.for === undefined ? undefined : choice('for', values.for, ['storage', 'database', 'functions']),
      resourceOpenid: choice('resource-openid', values['resource-openid'], ['path', 'creator']),
      language: choice('lang', values.lang, ['en', 'zh']),
      json: values.json === true,
    }),
  )
}

async function test(args: readonly string[]): Promise<number> {
  const { values, file } = parseWithFile('rules test', args, TEST_OPTIONS)
  const { testRulesFile } = await import('./rules-test.ts')
  const options = {
    rules: values.rules,
    coverage: values.coverage === true,
    json: values.json === true,
    junit: values.junit,
    language: choice('lang', values.lang, ['en', 'zh']),
  }
  return print(testRulesFile(file, options, Date.now()))
}

function print({ output, exitCode }: { readonly output: string; readonly exitCode: number }): number {
  process.stdout.write(output)
  return exitCode
}
