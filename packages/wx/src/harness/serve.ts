import { statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import type { BuildState } from '../shared/built-program.ts'
import { type BuildOptions, type Site, SiteBuilder, type SiteFile } from './build.ts'
import { FolderWatch, type WatchedFolders } from './folder-watch.ts'
import { BuildError, formatProblem, type Problem } from './problems.ts'

/** Editors write files in several steps; a rebuild waits this long after the last change. */
const SETTLE_MS = 30

/** An editor that empties a file is about to write it; an empty program in between would replace the last working one. */
const EMPTY_SETTLE_MS = 500

const EVENTS_PATH = 'harness/events'

export interface ServeOptions extends BuildOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string | undefined
  /** Rebuild after each change of a file, and reload open pages; default true. */
  readonly watch?: boolean | undefined
  /** Called after every build. */
  readonly onBuild?: ((result: BuildResult) => void) | undefined
}

export interface BuildResult {
  readonly milliseconds: number
  /** Undefined if the build succeeded. */
  readonly error: string | undefined
  /** What breaks only the pages that use the file. */
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

export interface MiniProgramServer {
  /** `http://127.0.0.1:5000`; `/?user=bob&path=pages/x/x` opens another page as another user. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Builds and serves a Mini Program project. With `watch`, rebuilds it after each change; a failed build is served as a page
 * with its errors.
 * @throws BuildError without `watch`, if the build fails
 */
export async function serveMiniProgram(options: ServeOptions): Promise<MiniProgramServer> {
  const watch = options.watch ?? true
  const live = new LiveSite(new SiteBuilder(options, watch), options.onBuild)
  const server = createServer((request, response) => live.answer(request, response))
  try {
    await live.rebuild()
    if (!watch && live.failure !== undefined) throw live.failure
    await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  } catch (error) {
    await live.close()
    throw error
  }
  if (watch) live.watch()
  const { address, family, port } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: async () => {
      await live.close()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, done)
  })
}

/** The current site and the pages that show it. */
class LiveSite {
  failure: BuildError | undefined
  readonly #builder: SiteBuilder
  readonly #onBuild: ServeOptions['onBuild']
  readonly #viewers = new Set<ServerResponse>()
  readonly #folders: FolderWatch
  #sources: WatchedFolders
  #files: ReadonlyMap<string, SiteFile> = new Map()
  #build = ''
  /** The faults of the served program, which its pages show themselves. */
  #faults: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #building: Promise<void> | undefined
  #changedMeanwhile = false
  #isWatching = false

  constructor(builder: SiteBuilder, onBuild: ServeOptions['onBuild']) {
    this.#builder = builder
    this.#onBuild = onBuild
    this.#folders = new FolderWatch((path) => this.#rebuildSoon(isEmptyFile(path) ? EMPTY_SETTLE_MS : SETTLE_MS))
    this.#sources = { shallow: [], deep: [builder.directory] }
  }

  /** Builds; a call during a build starts another one afterwards. */
  async rebuild(): Promise<void> {
    if (this.#building !== undefined) {
      this.#changedMeanwhile = true
      return this.#building
    }
    this.#building = this.#buildOnce()
    await this.#building
    this.#building = undefined
    if (this.#changedMeanwhile) {
      this.#changedMeanwhile = false
      await this.rebuild()
    }
  }

  /** From now on, rebuilds when a source file changes. */
  watch(): void {
    this.#isWatching = true
    this.#folders.update(this.#sources)
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request.url)
    const file = path === undefined ? undefined : this.#files.get(path === '' ? 'index.html' : path)
    if (request.method !== 'GET' && request.method !== 'HEAD') plain(response, 405, 'Method Not Allowed')
    else if (path === undefined) plain(response, 400, 'Bad Request')
    else if (path === EVENTS_PATH) this.#addViewer(request, response)
    else if (file === undefined) plain(response, 404, 'Not Found')
    else send(request, response, file)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isWatching = false
    this.#folders.close()
    for (const viewer of this.#viewers) viewer.end()
    await this.#building
  }

  async #buildOnce(): Promise<void> {
    const start = performance.now()
    let site: Site | undefined
    try {
      site = await this.#builder.build()
      this.#sources = site.sources
      this.failure = this.#failureOf(site)
      if (this.failure === undefined) {
        this.#files = site.files
        this.#build = site.build
        this.#faults = new Set(site.faults.map(withoutPlace))
      }
    } catch (error) {
      if (!(error instanceof BuildError) && !this.#isWatching) throw error
      // While watching, a file may be deleted while it is read; the next change triggers another build.
      this.failure = error instanceof BuildError ? error : new BuildError([{ file: '.', message: String(error) }])
      // The last working program stays on the screen, under the errors.
      if (this.#build === '') this.#files = await this.#builder.shellOnly(basename(this.#builder.directory))
    }
    this.#onBuild?.({
      milliseconds: performance.now() - start,
      error: this.failure?.message,
      faults: this.failure === undefined ? (site?.faults.map(formatProblem) ?? []) : [],
      warnings: site?.warnings.map(formatProblem) ?? [],
    })
    if (this.#isWatching && this.#folders.update(this.#sources)) this.#rebuildSoon(SETTLE_MS)
    for (const viewer of this.#viewers) this.#tell(viewer)
  }

  /** An edit that breaks something is shown over the last working program; what was broken before does not hide it. */
  #failureOf({ faults }: Site): BuildError | undefined {
    const added = this.#build === '' ? [] : faults.filter((fault) => !this.#faults.has(withoutPlace(fault)))
    return added.length === 0 ? undefined : new BuildError(added)
  }

  #rebuildSoon(settleMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.rebuild(), settleMs)
  }

  #addViewer(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    this.#viewers.add(response)
    request.on('close', () => this.#viewers.delete(response))
    this.#tell(response)
  }

  #tell(viewer: ServerResponse): void {
    const state: BuildState = { build: this.#build, problems: this.failure?.problems ?? [] }
    viewer.write(`data: ${JSON.stringify(state)}\n\n`)
  }
}

/** A fault, wherever it is in its file: lines move while somebody edits. */
function withoutPlace({ file, message }: Problem): string {
  return `${file}: ${message}`
}

function isEmptyFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size === 0
}

function pathOf(url: string | undefined): string | undefined {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://harness').pathname).slice(1)
  } catch {
    return undefined
  }
}

function send(request: IncomingMessage, response: ServerResponse, file: SiteFile): void {
  let body: string | Buffer
  try {
    body = file.read()
  } catch {
    // The asset was deleted after the last build.
    plain(response, 404, 'Not Found')
    return
  }
  response.writeHead(200, {
    'Content-Type': file.contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${text}\n`)
}
