/** A project with cloud functions in a directory of its own, and a server that runs them. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

/** The packages of this repository, among them the server SDKs that functions use. */
const PACKAGES = join(import.meta.dirname, '../../node_modules')

/** Texts by path, such as `cloudfunctions/pay/index.js`. */
export type ProjectFiles = Readonly<Record<string, string>>

export interface FunctionProject {
  /** The directory of `cloudbaserc.json`. */
  readonly directory: string
  /** The directory with a folder for each function. */
  readonly root: string
  /** Writes or replaces files, each at once, as editors do. */
  write(files: ProjectFiles): Promise<void>
  remove(): Promise<void>
}

/**
 * Makes a project whose functions find the packages of this repository. The sandbox of functions sees it as one with linked
 * packages, as npm workspaces and pnpm make it.
 *
 * @param functions the text of `index.js` by the name of the function
 * @param files more files of the project
 */
export async function createProject(functions: ProjectFiles, files: ProjectFiles = {}): Promise<FunctionProject> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudstead-project-'))
  const root = join(directory, 'cloudfunctions')
  const project: FunctionProject = {
    directory,
    root,
    async write(texts) {
      for (const [path, text] of Object.entries(texts)) {
        const file = join(directory, path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(`${file}.new`, text)
        await rename(`${file}.new`, file)
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
  await mkdir(root)
  await symlink(PACKAGES, join(directory, 'node_modules'))
  const programs = Object.entries(functions).map(([name, text]) => [`cloudfunctions/${name}/index.js`, text])
  await project.write({ ...Object.fromEntries(programs), ...files })
  return project
}

/** A server with the functions of a project, which its `stop` removes. */
export async function startFunctionServer(
  project: FunctionProject,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const args = ['--functions', project.root, ...(options.args ?? [])]
  const server = await startServer({ ...options, args })
  return {
    ...server,
    async stop() {
      const code = await server.stop()
      await project.remove()
      return code
    },
  }
}

/** The same for the tests of a whole file. Await it at the top level. */
export async function functionServerForFile(project: FunctionProject, options?: ServerOptions): Promise<RunningServer> {
  const server = await startFunctionServer(project, options)
  after(() => server.stop())
  return server
}
