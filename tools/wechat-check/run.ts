/**
 * `npm run wechat-check`: what can be checked of WeChat's own rules without WeChat. Its official tool builds the
 * packages, validates the JSON files and compiles the program, offline. Not part of `npm test`: the tool is large, and
 * the compile leans on its insides.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureInstalled } from './install.ts'
import { compile, loadOfficial, packNpm, type SchemaName, schemaProblems } from './official.ts'
import { ownKitOf, packKit, read, stageKitProject, stageOrders } from './stage.ts'

/** WeChat's limit for a main package. */
const MAIN_PACKAGE_LIMIT = 2 * 1024 * 1024
/** The slowest run on two busy cores takes two minutes; the tool has been seen to wait for ever. */
const TIME_LIMIT_MS = 10 * 60_000

let failures = 0

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One line: what was checked, how it went, how long it took. */
async function check(name: string, run: () => Promise<string> | string): Promise<void> {
  const start = performance.now()
  try {
    const outcome = await run()
    say(`✔ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s): ${outcome}`)
  } catch (error) {
    failures += 1
    const { code, message } = error as { code?: unknown; message?: string }
    say(`✖ ${name}: ${code === undefined ? '' : `[${code}] `}${message ?? error}`)
  }
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024).toLocaleString('en')} KB`

const scratch = mkdtempSync(join(tmpdir(), 'cloudstead-wechat-check-'))
process.on('exit', () => {
  process.chdir(tmpdir())
  rmSync(scratch, { recursive: true, force: true })
})
setTimeout(() => {
  say(`✖ no end after ${TIME_LIMIT_MS / 60_000} minutes`)
  process.exit(1)
}, TIME_LIMIT_MS).unref()

ensureInstalled(say)
// It narrates its inner life there; what it finds it throws.
Object.assign(console, { log() {}, info() {}, warn() {}, error() {} })
// The tool makes its cache folder in the current one.
process.chdir(scratch)
const official = loadOfficial()

function filesOf(directory: string): Map<string, string> {
  const files = globSync('**/*.*', { cwd: directory })
  return new Map(files.sort().map((file) => [file, readFileSync(join(directory, file), 'utf8')]))
}

/** Every JSON file of the project against its official schema. */
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

/** The example's build copies the kit by itself, so that it runs without WeChat's npm build: the same must come out. */
function checkSameKit(project: string): string {
  const wechat = filesOf(join(project, 'miniprogram/miniprogram_npm/@cloudstead/kit'))
  const own = filesOf(ownKitOf(project))
  const differing = [...new Set([...wechat.keys(), ...own.keys()])].filter((file) => wechat.get(file) !== own.get(file))
  if (differing.length > 0) throw new Error(`these differ: ${differing.join(', ')}`)
  return `${own.size} files, the same`
}

/** @param isWholeSdk told, not judged: WeChat's tools may leave out on upload what nothing needs, but not here */
async function checkCompile(project: string, isWholeSdk = false): Promise<string> {
  const sizes = Object.entries(await compile(official, project)).map(
    ([path, content]) => [path, Buffer.byteLength(content)] as const,
  )
  if (!sizes.some(([path]) => path === 'app.js')) throw new Error('there is no app.js')
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 3)
  const parts = largest.map(([path, bytes]) => `\n    ${kilobytes(bytes)} ${path}`).join('')
  const limit = kilobytes(MAIN_PACKAGE_LIMIT)
  if (isWholeSdk) {
    return `${sizes.length} files, ${kilobytes(total)} when none is left out; ${limit} are allowed: bundle the SDK${parts}`
  }
  if (total > MAIN_PACKAGE_LIMIT) throw new Error(`the main package has ${kilobytes(total)} of ${limit}${parts}`)
  return `${sizes.length} files, main package ${kilobytes(total)} of ${limit}${parts}`
}

/** A checker that lets everything pass would look the same as one that finds nothing. */
function checkTheChecker(orders: string): string {
  const app = { ...(read(orders, 'miniprogram/app.json') as object), requiredPrivateInfos: ['chooseMedia'] }
  if (schemaProblems('app', app).length === 0) throw new Error('the schema lets a wrong app.json pass')
  return 'refused'
}

say('WeChat: official npm build, schemas and compiler (miniprogram-ci 2.1.42). Not checked: phones, review, domains.\n')
const kit = packKit(scratch)

say('examples/orders')
const orders = stageOrders(join(scratch, 'orders'), kit)
await check('npm build', () => checkPack(orders))
await check('the kit that the example copies and the one that WeChat builds', () => checkSameKit(orders))
await check('schemas of app.json and others', () => checkSchemas(orders))
await check('app.json with requiredPrivateInfos: ["chooseMedia"]', () => checkTheChecker(orders))
await check('compile', () => checkCompile(orders))

say('\na project with @cloudstead/kit and @cloudbase/js-sdk from npm')
const project = stageKitProject(join(scratch, 'kit-project'), kit)
await check('npm build', () => checkPack(project))
await check('schemas of app.json and others', () => checkSchemas(project))
await check('compile', () => checkCompile(project, true))

say(failures === 0 ? '\nNothing wrong found.' : `\n${failures} checks failed.`)
// The tool's workers would keep the process alive.
process.exit(failures === 0 ? 0 : 1)
