/**
 * The command `cloudstead`: checks the version of Node and sets process-wide options. Everything else is imported after
 * the check, because an older Node fails to load it.
 */
const MIN_NODE = [22, 13] as const

/**
 * V8 counts upload bodies as growth of the heap. The heap is small, so V8 would run full collections all the time and use
 * a quarter of the CPU for them. This lets the heap grow further between collections.
 */
const V8_FLAG = '--heap-growing-percent=150'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
  process.stderr.write(`cloudstead needs Node ${MIN_NODE.join('.')} or newer; this is Node ${process.versions.node}.\n`)
  process.exit(1)
} else {
  // Instead of the default of 4: uploads spend their time in datasync and rename, and each such call occupies a thread.
  process.env.UV_THREADPOOL_SIZE ??= '16'
  const { compileCacheDirectory } = await import('./commands/compile-cache.ts')
  const { enableCompileCache, getCompileCacheDir } = await import('node:module')
  // Node's own NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE come first.
  if (getCompileCacheDir() === undefined && !process.env.NODE_DISABLE_COMPILE_CACHE) {
    const cache = compileCacheDirectory(process.env, `${import.meta.dirname}/../dist/.cache`)
    if (cache !== undefined) enableCompileCache(cache)
  }
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString(V8_FLAG)
  const { main } = await import('./commands/main.ts')
  process.exitCode = await main(process.argv.slice(2), process.env)
}
