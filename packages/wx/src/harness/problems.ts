import { relative } from 'node:path'

/** A build error in a Mini Program project, or something that WeChat would not accept. */
export interface Problem {
  /** Relative to the folder of the project, with slashes. */
  readonly file: string
  /** Counted from 1. */
  readonly line?: number
  /** Counted from 1. */
  readonly column?: number
  readonly message: string
}

/** A failed build; the message has one line per problem. */
export class BuildError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'BuildError'
    this.problems = problems
  }
}

/** `pages/index/index.wxml:3:14: unexpected character` */
export function formatProblem({ file, line, column, message }: Problem): string {
  const place = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  return `${file}${place}: ${message}`
}

/**
 * Collects problems, so that one build reports all of them: `errors` end the build, `faults` break only the pages that use
 * the file, and `warnings` break nothing. Files are given by their absolute paths.
 */
export class Problems {
  readonly #project: string
  readonly errors: Problem[] = []
  readonly faults: Problem[] = []
  readonly warnings: Problem[] = []

  constructor(projectDirectory: string) {
    this.#project = projectDirectory
  }

  readonly error: Report = (file, message, place) => void this.errors.push(this.#problem(file, message, place))

  readonly fault: Report = (file, message, place) => void this.faults.push(this.#problem(file, message, place))

  readonly warn: Report = (file, message, place) => void this.warnings.push(this.#problem(file, message, place))

  /** The faults in some files, each as one line. */
  faultsIn(files: Iterable<string>): string[] {
    const names = new Set([...files].map((file) => this.#name(file)))
    return this.faults.filter(({ file }) => names.has(file)).map(formatProblem)
  }

  /** @throws BuildError with all errors and faults, if there is any error */
  throwIfAny(): void {
    if (this.errors.length > 0) throw new BuildError([...this.errors, ...this.faults])
  }

  #problem(file: string, message: string, place: Place | undefined): Problem {
    return { file: this.#name(file), ...place, message }
  }

  #name(file: string): string {
    return relative(this.#project, file).replaceAll('\\', '/')
  }
}

/** Adds a problem in a file, which is given by its absolute path. */
export type Report = (file: string, message: string, place?: Place) => void

export interface Place {
  readonly line: number
  readonly column?: number
}

/** Line and column of an offset in a text. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}
