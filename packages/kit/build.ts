/**
 * Builds the published files: `dist/` (ES modules and types, by tsc) and `miniprogram_dist/` (CommonJS, copied by WeChat's
 * npm build). `node packages/kit/build.ts --out DIR` builds only the latter, into DIR.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const HERE = import.meta.dirname
const CORE = join(HERE, 'src/index.ts')
const COMPONENTS = join(HERE, 'components')
/** The newest syntax that WeChat's compiler and its oldest engines accept. */
const TARGET = 'es2018'

const COMMON: BuildOptions = {
  bundle: true,
  format: 'cjs',
  target: TARGET,
  platform: 'neutral',
  charset: 'utf8',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/** Components use the kit of the program: a second copy would have no connection. */
const shareTheKit: Plugin = {
  name: 'share-the-kit',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, resolveDir }) => {
      const isKit = path === '@cloudstead/kit' || resolve(resolveDir, path) === CORE
      return isKit ? { path: '../index.js', external: true } : undefined
    })
  },
}

async function buildMiniProgram(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  // For Node and bundlers, which would otherwise take the files for ES modules, as the package says.
  writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n')
  await buildCore(join(out, 'index.js'))
  const names = existsSync(COMPONENTS) ? readdirSync(COMPONENTS) : []
  for (const name of names.filter((name) => existsSync(join(COMPONENTS, name, 'index.ts')))) {
    const from = join(COMPONENTS, name)
    const to = join(out, name)
    await build({
      ...COMMON,
      entryPoints: [join(from, 'index.ts')],
      outfile: join(to, 'index.js'),
      plugins: [shareTheKit],
    })
    for (const file of globSync('**/*.{json,wxml,wxss,wxs}', { cwd: from })) {
      mkdirSync(dirname(join(to, file)), { recursive: true })
      cpSync(join(from, file), join(to, file))
    }
  }
}

/** Without esbuild's own CommonJS wrapper, which is larger than the smallest file of the kit. */
async function buildCore(outfile: string): Promise<void> {
  const probe = { ...COMMON, entryPoints: [CORE], outfile, format: 'esm', write: false, metafile: true } as const
  const { metafile } = await build(probe)
  const names = Object.values(metafile.outputs).flatMap((output) => output.exports)
  const contents = `import { ${names} } from ${JSON.stringify(CORE)}; Object.assign(module.exports, { ${names} })`
  await build({
    ...COMMON,
    stdin: { contents, resolveDir: HERE },
    outfile,
    banner: { js: '"use strict";' },
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  })
}

function buildTypes(): void {
  const tsc = join(HERE, '../../node_modules/.bin/tsc')
  const { status } = spawnSync(tsc, ['-b', HERE], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

const [option, directory] = process.argv.slice(2)
if (option === undefined) {
  buildTypes()
  await buildMiniProgram(join(HERE, 'miniprogram_dist'))
} else if (option === '--out' && directory !== undefined) {
  await buildMiniProgram(resolve(directory))
} else {
  process.stderr.write(`usage: node ${basename(import.meta.filename)} [--out DIR]\n`)
  process.exitCode = 2
}
