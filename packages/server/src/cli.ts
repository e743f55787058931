/**
 * The command `cloudstead`: the version check, and what has to be set before anything runs. Everything else is loaded
 * after it, because an older Node cannot even load it.
 */
const MIN_NODE = [22, 13] as const

/**
 * Upload bodies count as growth of a heap that is small, so that V8 would collect all of it again and again, a
 * quarter of the processor. Letting it grow further between collections ends that. And what loading leaves behind need not stay in memory.
 */
const V8_FLAGS = ['--heap-growing-percent=150', '--semi-space-growth-factor=1'] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
  process.stderr.write(`cloudstead needs Node ${MIN_NODE.join('.')} or newer; this is Node ${process.versions.node}.\n`)
  process.exit(1)
} else {
  // More threads than the default four: uploads spend their time in datasync and rename, one thread each.
  process.env.UV_THREADPOOL_SIZE ??= '16'
  const { setFlagsFromString } = await import('node:v8')
  for (const flag of V8_FLAGS) setFlagsFromString(flag)
  const { main } = await import('./commands/main.ts')
  process.exitCode = await main(process.argv.slice(2), process.env)
}

export {}
