/** Says what keeps the functions of a project from running, or from running as on the platform. */
import { join } from 'node:path'
import type { FunctionDefinition, ProjectState } from '../definition.ts'
import { DECLARATIONS, projectBase } from '../project/base.ts'
import { createDisk, type Reader } from '../project/disk.ts'
import { readJson } from '../project/read-json.ts'
import type { Finding } from './finding.ts'
import { keyFiles } from './key-files.ts'
import { missingPackages } from './packages.ts'
import { plainSecrets } from './plain-secrets.ts'

/** The other forms of cloudbaserc.json, which are not read. */
const OTHER_DECLARATIONS = /^(?:cloudbaserc\.(?:ya?ml|js|cjs|mjs|ts)|cloudbase\.config\.\w+)$/

/** @param env the id of the environment whose keys the functions should have; undefined when that does not matter */
export function examine(state: ProjectState, env: string | undefined): readonly Finding[] {
  const disk = createDisk()
  const findings: Finding[] = state.problems.map(({ function: name, message }) => ({
    ...{ severity: 'error', message: message.en },
    ...(name === undefined ? {} : { function: name }),
  }))
  if (state.root === undefined) return findings
  const { base } = projectBase(disk, state.root)
  const listed = disk.entries(base)
  for (const { name } of 'value' in listed ? listed.value : []) {
    if (OTHER_DECLARATIONS.test(name)) {
      findings.push({ severity: 'warning', message: `${name} is not read; declare the functions in ${DECLARATIONS}` })
    }
  }
  const declarations = readJson(disk, join(base, DECLARATIONS), () => {})
  for (const { function: name, variable } of plainSecrets(declarations)) {
    const message = `${DECLARATIONS} has the value of ${variable} in plain text; write "{{env.${variable}}}", and the value into .env.local`
    findings.push({ severity: 'warning', function: name, message })
  }
  for (const definition of state.functions.values()) findings.push(...ofFunction(disk, definition, env))
  return findings
}

function ofFunction(disk: Reader, definition: FunctionDefinition, env: string | undefined): Finding[] {
  const found = (message: string): Finding => ({ severity: 'error', function: definition.name, message })
  const missing = missingPackages(disk, definition)
  const keys = keyFiles(disk, definition.directory).filter((key) => env !== undefined && key.env !== env)
  return [
    ...missing.map(({ name, listed }) =>
      found(
        listed
          ? `the package ${name} is not installed; run: cloudstead functions install`
          : `the package ${name} is required, but is neither installed nor in its package.json; run in its folder: npm install ${name}`,
      ),
    ),
    ...(definition.unsupported === undefined && isModuleSyntax(disk, definition.file)
      ? [found('its file has import or export, and event functions are CommonJS: use require and exports')]
      : []),
    ...keys.map(({ path, env: other }) =>
      found(`the key in ${path} is for the environment ${other}; make one with: cloudstead keys login --env ${env}`),
    ),
  ]
}

/** At the start of a line: `import x from`, `import 'x'`, `export default`, `export const`. */
const MODULE_SYNTAX =
  /^(?:import\s*(?:[\w$*{][^'"();]*from\s*)?['"]|export\s+(?:default|const|let|var|async|function|class)\b|export\s*[{*])/m

function isModuleSyntax(disk: Reader, file: string): boolean {
  const read = disk.text(file)
  return 'value' in read && MODULE_SYNTAX.test(read.value.replaceAll(/\/\*[\s\S]*?\*\//g, ''))
}
