/** Several servers on one database and one store of files. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Cluster, startCluster } from './postgres.ts'
import { cloudstead, type RunningServer, type ServerOptions, startServer } from './server.ts'

type ServerPlaces = NonNullable<ServerOptions['places']>

/** The store of the files that all servers share. */
interface SharedFiles extends Pick<ServerPlaces, 'blobs' | 'variables'> {
  /** The ids of the stored blobs. */
  list(): Promise<readonly string[]>
}

export interface ServerCluster {
  readonly database: Cluster
  /** Where the servers find the data. */
  readonly places: ServerPlaces
  /** The servers of the start. */
  readonly nodes: readonly RunningServer[]
  /** Starts one more server. A server that the test ends itself need not be told. */
  startNode(options?: ServerOptions): Promise<RunningServer>
  /** The ids of the stored blobs. */
  blobs(): Promise<readonly string[]>
  /** Ends everything. */
  dispose(): Promise<void>
}

export interface ServerClusterOptions extends ServerOptions {
  /** The number of servers at the start. */
  readonly count: number
}

/** Starts PostgreSQL and, all at once on the empty engines, the servers. */
export async function startServers({ count, ...options }: ServerClusterOptions): Promise<ServerCluster> {
  const scratch = await mkdtemp(join(tmpdir(), 'cloudstead-cluster-'))
  const [database, { stdout }] = await Promise.all([startCluster(), cloudstead('keys', 'master')])
  const masterKeyFile = join(scratch, 'master.key')
  await writeFile(masterKeyFile, stdout)
  const files = openFiles(scratch)
  const { list, ...blobsPlace } = files
  const places: ServerPlaces = { records: await database.newDatabase(), masterKeyFile, ...blobsPlace }
  const all: RunningServer[] = []

  async function startNode(own: ServerOptions = {}): Promise<RunningServer> {
    // Tests say themselves when they want a server that waits for a balancer.
    const node = await startServer({ args: ['--drain', '0'], places, ...options, ...own })
    all.push(node)
    return node
  }

  async function dispose(): Promise<void> {
    await Promise.all(all.map((node) => node.kill()))
    await database.dispose()
    await rm(scratch, { recursive: true, force: true })
  }

  try {
    const nodes = await Promise.all(Array.from({ length: count }, () => startNode()))
    return { database, places, nodes, startNode, blobs: list, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The one place that knows which engine has the files. */
function openFiles(scratch: string): SharedFiles {
  const directory = join(scratch, 'files')
  return {
    blobs: pathToFileURL(directory).href,
    async list() {
      const names = await readdir(directory, { recursive: true })
      return names.filter((name) => /^data\/[^/]+\/[^/]+$/.test(name))
    },
  }
}
