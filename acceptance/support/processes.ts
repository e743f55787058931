/** Processes of this machine, as Linux shows them. */
import { readdirSync, readFileSync } from 'node:fs'

interface Shown {
  readonly pid: number
  readonly parent: number
  readonly state: string
}

/** The processes that a process has started, and those that they have started. */
export function descendantsOf(pid: number): readonly number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => shown(Number(name)) ?? [])
  const found: number[] = []
  for (let parents = [pid]; parents.length > 0; ) {
    parents = all.filter(({ parent }) => parents.includes(parent)).map((one) => one.pid)
    found.push(...parents)
  }
  return found
}

/** Whether a process runs; one that has ended and that nobody has asked about does not. */
export function isRunning(pid: number): boolean {
  return !['Z', 'X', undefined].includes(shown(pid)?.state)
}

function shown(pid: number): Shown | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(parent), state }
  } catch {
    return undefined
  }
}
