/** Functions on the disk, for tests. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FunctionDefinition } from '../definition.ts'

/** A directory with these files, removed after the test. Names may have folders in them. */
export function directoryWith(t: Pick<TestContext, 'after'>, files: Readonly<Record<string, string>>): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'cloudstead-test-')))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) put(directory, name, text)
  return directory
}

export function put(directory: string, name: string, text: string): void {
  const file = join(directory, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** A function in a folder below a directory, as a project describes it. */
export function definitionOf(
  directory: string,
  name: string,
  changes: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    name,
    directory: join(directory, name),
    handler: 'index.main',
    file: join(directory, name, 'index.js'),
    exported: 'main',
    timeoutMs: 10_000,
    memoryMB: 128,
    maxInstances: 10,
    idleMs: 60_000,
    env: {},
    triggers: [],
    allow: [],
    sandbox: true,
    readable: [directory],
    version: '1',
    ...changes,
  }
}
