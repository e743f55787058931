/** A project with cloud functions in a folder of its own, which the tests of a file share. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'

interface FunctionProject {
  /** The folder of the functions, for `--functions`. */
  readonly root: string
  /** Adds a file, or replaces it; `path` is below the project, such as `cloudfunctions/hello/index.js`. */
  write(path: string, text: string): Promise<void>
}

/** @param files paths below the project, and what they contain; removed after the tests of the file */
export async function functionProject(files: Readonly<Record<string, string>>): Promise<FunctionProject> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudstead-functions-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const write = async (path: string, text: string) => {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const root = join(folder, 'cloudfunctions')
  await mkdir(root)
  for (const [path, text] of Object.entries(files)) await write(path, text)
  return { root, write }
}
