/** The calls of WeChat's official tool that the checks use. Typed here, because the tool is only installed for the check. */
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

interface PackReport {
  readonly miniProgramPackNum: number
  readonly otherNpmPackNum: number
  readonly warnList: readonly { readonly msg: string; readonly code: string; readonly jsPath: string }[]
}

interface Official {
  packNpmManually(options: { packageJsonPath: string; miniprogramNpmDistDir: string }): Promise<PackReport>
  getCompiledResult(options: object): Promise<Readonly<Record<string, string | Buffer>>>
  readonly Project: new (options: object) => object
  readonly DefaultProjectAttr: object
}

interface SchemaProblem {
  readonly dataPath: string
  readonly message?: string
  readonly params: object
}

/** Loads the tool, which then creates its cache folder in the current directory. */
export function loadOfficial(): Official {
  return require('miniprogram-ci')
}

/** "Build npm" of WeChat's developer tools. */
export function packNpm({ packNpmManually }: Official, project: string): Promise<PackReport> {
  return packNpmManually({
    packageJsonPath: join(project, 'package.json'),
    miniprogramNpmDistDir: join(project, 'miniprogram'),
  })
}

/**
 * Runs WeChat's compiler. It would request the limits of the appid from WeChat, with the upload key of that appid; here it
 * gets the default limits and a random key.
 *
 * @returns the files of the program and their content, as uploaded
 */
export function compile(official: Official, project: string): Promise<Readonly<Record<string, string | Buffer>>> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return official.getCompiledResult({
    project: new official.Project({
      appid: 'wx0000000000000000',
      type: 'miniProgram',
      projectPath: project,
      privateKey,
      ignores: ['node_modules/**/*', 'built/**/*'],
      attr: async () => official.DefaultProjectAttr,
    }),
    version: '0.0.0',
    setting: { es6: true, es7: true, minify: true },
    onProgressUpdate() {},
  })
}

export type SchemaName = 'app' | 'page' | 'sitemap' | 'theme' | 'projectconfig'

/** The problems that the official JSON schema reports for the content of a file; empty if it is valid. */
export function schemaProblems(name: SchemaName, content: unknown): string[] {
  const { default: Ajv } = require('ajv')
  const { default: addFormats } = require('ajv-formats')
  const ajv = new Ajv({ allErrors: true, strict: false })
  addFormats(ajv)
  const validate = ajv.compile(require(`miniprogram-ci/dist/schema/dist/${name}.js`))
  if (validate(content)) return []
  const problems: readonly SchemaProblem[] = validate.errors
  return problems.map(({ dataPath, message = '', params }) => `${dataPath || '/'} ${message} ${JSON.stringify(params)}`)
}
