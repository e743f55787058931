/** `cloudstead functions doctor`: says what keeps functions from running. */
import { examine } from '../functions/doctor/doctor.ts'
import type { Finding } from '../functions/doctor/finding.ts'
import { PROJECT_OPTIONS, projectOfOptions } from './functions-project.ts'
import { type Environment, envOption, parseOptions } from './options.ts'

const OPTIONS = { ...PROJECT_OPTIONS, env: { type: 'string' }, json: { type: 'boolean' } } as const

/** Resolves to 1 when there is an error, else to 0. */
export async function functionsDoctor(
  args: readonly string[],
  _environment: Environment,
  write: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const env = options.env === undefined ? undefined : envOption(options.env)
  const state = projectOfOptions(options, env).current()
  const findings = examine(state, env)
  const names = [...state.functions.keys()]
  const root = state.root ?? ''
  write(options.json ? `${JSON.stringify({ root, functions: names, findings })}\n` : lines(root, names, findings))
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0
}

function lines(root: string, names: readonly string[], findings: readonly Finding[]): string {
  const all = findings.map(({ severity, function: name, message }) => {
    const about = name === undefined || message.startsWith(`${name} `) ? '' : `${name}: `
    return `${severity}: ${about}${message}\n`
  })
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const counts = `${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`
  return `${all.join('')}${root}: ${counted(names.length, 'function')}, ${counts}\n`
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}
