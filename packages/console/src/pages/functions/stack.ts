/** Reads the stack of an error of a function, so that the file and the line can be shown. Pure. */

interface StackPlace {
  /** The path below the folder of the function; the whole path if it is elsewhere. */
  readonly file: string
  readonly line: number
}

interface StackFrame extends StackPlace {
  /** The name of the called function of the code. */
  readonly caller: string | undefined
  readonly column: number
  /** Code of the project, not of a package. */
  readonly own: boolean
}

interface ReadStack {
  /** The first place in the code of the project; for code that cannot be parsed, where. */
  readonly place: StackPlace | undefined
  /** Without those of Node itself. */
  readonly frames: readonly StackFrame[]
}

const FRAME = /^\s*at (?:(.+?) \()?(?:file:\/\/)?(\S.*?):(\d+):(\d+)\)?$/
/** The first line of the stack of a SyntaxError. */
const UNPARSED = /^(?:file:\/\/)?((?:\/|[A-Z]:\\).+):(\d+)$/

/** @param name of the function, which is the name of its folder */
export function readStack(stack: string, name: string): ReadStack {
  const lines = stack.split('\n')
  const unparsed = UNPARSED.exec(lines[0] ?? '')
  const frames = lines.flatMap((text): readonly StackFrame[] => {
    const [, caller, path = '', line, column] = FRAME.exec(text) ?? []
    if (line === undefined || path.startsWith('node:')) return []
    const own = !/[\\/]node_modules[\\/]/.test(path)
    return [{ caller, file: shortPath(path, name), line: Number(line), column: Number(column), own }]
  })
  const [, path, line] = unparsed ?? []
  return {
    place: path === undefined ? frames.find(({ own }) => own) : { file: shortPath(path, name), line: Number(line) },
    frames,
  }
}

/** `hello/lib/pay.js` of `/home/mia/shop/cloudfunctions/hello/lib/pay.js`. */
function shortPath(path: string, name: string): string {
  const packages = path.search(/[\\/]node_modules[\\/]/)
  if (packages !== -1) return path.slice(packages + 1)
  const parts = path.split(/[\\/]/)
  const folder = parts.lastIndexOf(name, -2)
  return folder === -1 ? path : parts.slice(folder).join('/')
}
