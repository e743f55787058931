/** Runs test files, each in a process of its own, and counts their tests. */
import { PassThrough } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

export interface TestRunOptions {
  readonly files: readonly string[]
  /** The number of files that run at once. */
  readonly concurrency: number
  /** Milliseconds after which a file that has not ended is stopped. It counts as a failure. */
  readonly fileTimeout: number
  readonly execArgv?: readonly string[]
  readonly output: NodeJS.WritableStream
}

export interface TestRun {
  readonly passed: number
  readonly failed: number
  /** Milliseconds from the start to the end of each file. */
  readonly durations: ReadonlyMap<string, number>
}

/** Runs the files in their order and writes a report of each when it ends. Resolves to the counts. */
export async function runTestFiles(options: TestRunOptions): Promise<TestRun> {
  const counts = { passed: 0, failed: 0 }
  const durations = new Map<string, number>()
  const events = new PassThrough({ objectMode: true })
  const report = events.compose(new spec())
  report.pipe(options.output, { end: false })
  const waiting = options.files.values()
  const worker = async () => {
    for (const file of waiting) {
      const start = performance.now()
      for (const event of await eventsOf(file, options)) {
        count(event, counts)
        events.write(event)
      }
      durations.set(file, performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, worker))
  const reported = new Promise((resolve) => report.on('end', resolve))
  events.end()
  await reported
  return { ...counts, durations }
}

interface TestEvent {
  readonly type: string
  readonly data: {
    readonly file?: string | undefined
    readonly skip?: unknown
    readonly todo?: unknown
    readonly details?: { readonly type?: string | undefined; readonly error?: { readonly failureType?: unknown } }
  }
}

/** The events of one file. They are kept until its end, so that the reports of files that run at once do not mix. */
async function eventsOf(file: string, { fileTimeout, execArgv = [] }: TestRunOptions): Promise<readonly TestEvent[]> {
  // The option `timeout` of `run` ends the tests of a file, but not its process.
  const signal = AbortSignal.timeout(fileTimeout)
  const events: TestEvent[] = []
  for await (const event of run({ files: [file], signal, execArgv: [...execArgv] })) {
    const { type, data } = event as TestEvent
    // The rest are the totals of a run, which is only one file here.
    if (/^test:(?:start|pass|fail|stdout|stderr)$/.test(type)) events.push({ type, data })
  }
  return events
}

/** A suite, or a test with subtests, that fails only because something in it failed is not counted: that has been counted. */
function count({ type, data: { details, skip, todo } }: TestEvent, counts: { passed: number; failed: number }): void {
  if (type === 'test:pass' && details?.type !== 'suite' && skip === undefined && todo === undefined) counts.passed += 1
  if (type === 'test:fail' && details?.error?.failureType !== 'subtestsFailed') {
    counts.failed += 1
  }
}
