/**
 * Builds `dist/`: the server with its packages as one file, because loading one file for each of 900 modules takes half of
 * the start. A module that is imported with `import()` runs when that is reached, and V8 compiles functions at the first call.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import standalone from 'ajv/dist/standalone/index.js'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { compileSchema } from './src/config/schema-validator.ts'

// A CommonJS module whose types say that it is another.
const standaloneCode = standalone.default
const HERE = import.meta.dirname
const OUT = join(HERE, 'dist')
/** What `tsc` remembers of its check. */
const CHECKED = '.tsbuildinfo'
/** As deep as the folders of `src`, so that relative URLs of files of the package are right in both. */
const FOLDER = 'server'
/** The oldest Node that the command accepts. */
const TARGET = 'node22.13'

/** The file of the command imports that of the server. */
const mainApart: Plugin = {
  name: 'main-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/commands\/main\.ts$/ }, () => ({ path: `./${FOLDER}/main.js`, external: true }))
  },
}

/**
 * Modules of Node without their ES module facade, which reads every property: that loads what nobody asked for (web crypto,
 * promises of files, trace events), 20 ms and 7 MB at the start. Unused names are left out.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    const namespace = 'builtin'
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace, sideEffects: false } : undefined,
    )
    // The framework requires them, for servers that we do not have: 8 ms, 3 MB.
    onResolve({ filter: /^node:https?2?$/ }, ({ path, kind }) =>
      kind === 'require-call' && path !== 'node:http' ? { path, namespace: 'lazy' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule(${JSON.stringify(path)})[name] })`,
    }))
    onLoad({ filter: /./, namespace }, ({ path }) => {
      const names = Object.getOwnPropertyNames(process.getBuiltinModule(path)).filter((name) =>
        /^[a-z]\w*$/i.test(name),
      )
      const lines = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})()`)
      const builtin = `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`
      return { contents: [builtin, ...lines, 'export default builtin'].join('\n') }
    })
  },
}

/** The validator of the configuration as code, without the library that makes it. */
const compiledSchema: Plugin = {
  name: 'compiled-schema',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]config[\\/]schema-validator\.ts$/ }, () => {
      const { ajv, validate } = compileSchema({ source: true, esm: true })
      return { contents: standaloneCode(ajv, validate), resolveDir: HERE }
    })
  },
}

/** What both the server and its writer thread are built with. */
const common = {
  absWorkingDir: HERE,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  conditions: ['@cloudstead/source'],
  // Less to read and to keep: 20 ms, 2 MB. Names stay, for stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions

/** The code of the writer thread inside the file of the server. */
const writerInside: Plugin = {
  name: 'writer-inside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]sqlite[\\/]writer-module\.ts$/ }, async () => {
      const entryPoints = ['src/engines/records/sqlite/writer.ts']
      const { outputFiles } = await build({ ...common, entryPoints, plugins: [builtins], write: false })
      const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`
      return { contents: `export const WRITER_MODULE = new URL(${JSON.stringify(url)})` }
    })
  },
}

mkdirSync(OUT, { recursive: true })
for (const name of readdirSync(OUT).filter((name) => name !== CHECKED)) rmSync(join(OUT, name), { recursive: true })
const { metafile } = await build({
  ...common,
  entryPoints: {
    // Alone, because an older Node has to read it.
    cli: 'src/cli.ts',
    [`${FOLDER}/main`]: 'src/commands/main.ts',
    // A program of its own, for each function process.
    [`${FOLDER}/function-host`]: 'src/functions/host/host.ts',
  },
  outdir: OUT,
  plugins: [mainApart, builtins, compiledSchema, writerInside],
  external: [
    // An optional part of `pg` that is not installed.
    'pg-native',
    // Parts of the framework for schemas of routes and for tests. They are never loaded.
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
    'light-my-request',
  ],
  // CommonJS packages require modules of Node.
  banner: {
    js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
  },
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
})
writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES.txt'), licensesOf(metafile))

/** The licenses of the packages whose code is in the files. */
function licensesOf({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0])
  const packages = [...new Set(folders)].filter((folder) => folder !== undefined).sort()
  return packages.map((folder) => licenseOf(join(HERE, folder))).join(`\n${'-'.repeat(80)}\n\n`)
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  const text = file !== undefined ? readFileSync(join(folder, file), 'utf8') : ''
  return `${name} ${version} (${license})\n\n${text}`
}
