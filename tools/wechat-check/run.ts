/**
 * `npm run wechat-check`: checks WeChat's own rules without WeChat. The official tool builds the packages, validates the JSON
 * files and compiles the program, offline. Not part of `npm test`, because the tool is large and the compile check depends on
 * its internals.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureInstalled } from './install.ts'
import { compile, loadOfficial, packNpm, type SchemaName, schemaProblems } from './official.ts'
import { ownKitOf, packKit, read, stageKitProject, stageOrders } from './stage.ts'

/** WeChat's limit for a main package. */
const MAIN_PACKAGE_LIMIT = 2 * 1024 * 1024
/** The slowest run on two busy cores takes two minutes; the tool sometimes hangs. */
const TIME_LIMIT_MS = 10 * 60_000

let failures = 0

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs a check and prints one line: its name, outcome and duration. */
async function check(name: string, run: () => Promise<string> | string): Promise<void> {
  const start = performance.now()
  try {
    const outcome = await run()
    print(`✔ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s): ${outcome}`)
  } catch (error) {
    failures += 1
    const { code, message } = error as { code?: unknown; message?: string }
    print(`✖ ${name}: ${code === undefined ? '' : `[${code}] `}${message ?? error}`)
  }
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024).toLocaleString('en')} KB`

const scratch = mkdtempSync(join(tmpdir(), 'cloudstead-wechat-check-'))
process.on('exit', () => {
  process.chdir(tmpdir())
  rmSync(scratch, { recursive: true, force: true })
})
setTimeout(() => {
  print(`✖ not finished after ${TIME_LIMIT_MS / 60_000} minutes`)
  process.exit(1)
}, TIME_LIMIT_MS).unref()

ensureInstalled(print)
// The tool logs its internals; problems are exceptions.
Object.assign(console, { log() {}, info() {}, warn() {}, error() {} })
// The tool creates its cache folder in the current directory.
process.chdir(scratch)
const official = loadOfficial()

function filesOf(directory: string): Map<string, string> {
  const files = globSync('**/*.*', { cwd: directory })
  return new Map(files.sort().map((file) => [file, readFileSync(join(directory, file), 'utf8')]))
}

/** Validates every JSON file of the project with its official schema. */
function checkSchemas(project: string): string {
  const pages = globSync('miniprogram/{pages,components}/**/*.json', { cwd: project })
  const others: readonly (readonly [SchemaName, string])[] = [
    ['app', 'miniprogram/app.json'],
    ['sitemap', 'miniprogram/sitemap.json'],
    ['projectconfig', 'project.config.json'],
    ...globSync('miniprogram/theme.json', { cwd: project }).map((file) => ['theme', file] as const),
  ]
  const files = [...others, ...pages.map((file) => ['page', file] as const)]
  const problems = files.flatMap(([name, file]) =>
    schemaProblems(name, read(project, file)).map((problem) => `${file}: ${problem}`),
  )
  if (problems.length > 0) throw new Error(problems.join('\n    '))
  return `${files.length} files are valid`
}

async function checkPack(project: string): Promise<string> {
  const { miniProgramPackNum, otherNpmPackNum, warnList } = await packNpm(official, project)
  const built = filesOf(join(project, 'miniprogram/miniprogram_npm/@cloudstead/kit'))
  if (!built.has('index.js')) throw new Error('@cloudstead/kit is not in miniprogram_npm')
  const warnings = warnList.map(
    ({ jsPath, msg }) => `\n    warning: ${relative(project, jsPath)}: ${msg.split('\n')[0]}`,
  )
  return `${miniProgramPackNum} packages for Mini Programs, ${otherNpmPackNum} others${warnings.join('')}`
}

/** The build of the example copies the kit itself, so that no npm build is needed; the result must be the same. */
function checkSameKit(project: string): string {
  const wechat = filesOf(join(project, 'miniprogram/miniprogram_npm/@cloudstead/kit'))
  const own = filesOf(ownKitOf(project))
  const differing = [...new Set([...wechat.keys(), ...own.keys()])].filter((file) => wechat.get(file) !== own.get(file))
  if (differing.length > 0) throw new Error(`these differ: ${differing.join(', ')}`)
  return `${own.size} files, the same`
}

/** @param isWholeSdk reports the size without failing, because WeChat's tools may drop unused files when uploading */
async function checkCompile(project: string, isWholeSdk = false): Promise<string> {
  const sizes = Object.entries(await compile(official, project)).map(
    ([path, content]) => [path, Buffer.byteLength(content)] as const,
  )
  if (!sizes.some(([path]) => path === 'app.js')) throw new Error('app.js is missing')
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 3)
  const parts = largest.map(([path, bytes]) => `\n    ${kilobytes(bytes)} ${path}`).join('')
  const limit = kilobytes(MAIN_PACKAGE_LIMIT)
  if (isWholeSdk) {
    return `${sizes.length} files, ${kilobytes(total)} with all files; ${limit} are allowed: bundle the SDK${parts}`
  }
  if (total > MAIN_PACKAGE_LIMIT) throw new Error(`the main package has ${kilobytes(total)} of ${limit}${parts}`)
  return `${sizes.length} files, main package ${kilobytes(total)} of ${limit}${parts}`
}

/** Checks that the schema refuses an invalid app.json at all. */
function checkTheChecker(orders: string): string {
  const app = { ...(read(orders, 'miniprogram/app.json') as object), requiredPrivateInfos: ['chooseMedia'] }
  if (schemaProblems('app', app).length === 0) throw new Error('the schema accepts an invalid app.json')
  return 'refused'
}

print(
  'WeChat: official npm build, schemas and compiler (miniprogram-ci 2.1.42). Not checked: phones, review, domains.\n',
)
const kit = packKit(scratch)

print('examples/orders')
const orders = stageOrders(join(scratch, 'orders'), kit)
await check('npm build', () => checkPack(orders))
await check('the kit copied by the example is the one that WeChat builds', () => checkSameKit(orders))
await check('schemas of app.json and others', () => checkSchemas(orders))
await check('app.json with requiredPrivateInfos: ["chooseMedia"]', () => checkTheChecker(orders))
await check('compile', () => checkCompile(orders))

print('\na project with @cloudstead/kit and @cloudbase/js-sdk from npm')
const project = stageKitProject(join(scratch, 'kit-project'), kit)
await check('npm build', () => checkPack(project))
await check('schemas of app.json and others', () => checkSchemas(project))
await check('compile', () => checkCompile(project, true))

print(failures === 0 ? '\nNo problems found.' : `\n${failures} checks failed.`)
// The workers of the tool would keep the process alive.
process.exit(failures === 0 ? 0 : 1)
