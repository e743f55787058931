/** Several servers on one database and one store of files. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { blobsIn } from './data-dir.ts'
import { type Cluster, startCluster } from './postgres.ts'
import { lacksRadosgw, startRadosgw } from './radosgw.ts'
import { cloudstead, type RunningServer, type ServerOptions, startServer } from './server.ts'

type ServerPlaces = NonNullable<ServerOptions['places']>

/** The store of the files that all servers share. */
interface SharedFiles extends Pick<ServerPlaces, 'blobs' | 'variables'> {
  /** The names of the stored blobs. */
  list(): Promise<readonly string[]>
  dispose(): Promise<void>
}

/** `s3`: in a directory where no S3 store can be started. */
type FilesKind = 's3' | 'directory'

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
  /** Default: `directory`, which takes 20 s less to start. */
  readonly files?: FilesKind
}

/** Starts PostgreSQL and, all at once on the empty engines, the servers. */
export async function startServers({
  count,
  files: kind = 'directory',
  ...options
}: ServerClusterOptions): Promise<ServerCluster> {
  const scratch = await mkdtemp(join(tmpdir(), 'cloudstead-cluster-'))
  const [database, files, { stdout }] = await Promise.all([
    startCluster(),
    openFiles(kind, scratch),
    cloudstead('keys', 'master'),
  ])
  const masterKeyFile = join(scratch, 'master.key')
  await writeFile(masterKeyFile, stdout)
  const { list, dispose: disposeFiles, ...blobsPlace } = files
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
    await Promise.all([database.dispose(), disposeFiles()])
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

/** The one place that knows which engine has the files: an S3 store where there is one, else a directory. */
function openFiles(kind: FilesKind, scratch: string): Promise<SharedFiles> {
  return kind === 's3' && lacksRadosgw() === false ? filesInS3() : filesIn(join(scratch, 'files'))
}

async function filesIn(directory: string): Promise<SharedFiles> {
  return {
    blobs: pathToFileURL(directory).href,
    async list() {
      const names = await readdir(directory, { recursive: true })
      const files = names.filter((name) => /^data\/[^/]+\/[^/]+$/.test(name))
      return (await Promise.all(files.map((name) => blobsIn(join(directory, name))))).flat()
    },
    dispose: async () => {},
  }
}

async function filesInS3(): Promise<SharedFiles> {
  const store = await startRadosgw()
  const bucket = await store.newBucket()
  const { accessKeyId, secretAccessKey } = store.credentials
  const place = new URL(`s3://${bucket}/files`)
  const at = { endpoint: store.endpoint, region: 'us-east-1', pathStyle: 'true' }
  for (const [name, value] of Object.entries(at)) place.searchParams.set(name, value)
  return {
    blobs: place.href,
    variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    list: async () => (await store.keys(bucket)).filter((key) => !key.endsWith('.json')),
    dispose: store.dispose,
  }
}
