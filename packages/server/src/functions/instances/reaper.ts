import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Reads `+ PID` and `- PID`. At the end of the input the server has ended, in whatever way, and so have its functions to:
 * one that computes for ever does not notice it. Each is a group with what it has started. The directory $1 is the server's
 * own. Whoever stops a service may signal all processes of it: this one has to outlive the server.
 */
const SCRIPT = `
trap '' TERM INT HUP
pids=' '
while read -r op pid; do
  case "$op" in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done
rm -rf -- "$1"
`

/** Ends function processes that outlive the server, and owns the directory that they write to. */
export interface Reaper {
  /** Temporary; removed when the server ends, also by a kill. */
  readonly directory: string
  watch(pid: number): void
  forget(pid: number): void
  /** Makes a directory for one process. */
  scratch(name: string): string
  /** Removes it, as far as possible. */
  remove(scratch: string): void
  close(): Promise<void>
}

/** Starts a shell that waits for the server to end. Without one, as on Windows, only idle processes notice that. */
export async function startReaper(): Promise<Reaper> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudstead-functions-'))
  const shell =
    process.platform === 'win32'
      ? undefined
      : // A group of its own, so that a kill of the group of the server leaves it to do its work.
        spawn('/bin/sh', ['-c', SCRIPT, 'cloudstead-reaper', directory], {
          stdio: ['pipe', 'ignore', 'ignore'],
          detached: true,
          cwd: '/',
          env: { PATH: '/usr/bin:/bin' },
        })
  // Without a shell the server goes on.
  shell?.on('error', () => {})
  shell?.stdin?.on('error', () => {})
  shell?.unref()
  ;(shell?.stdin as Socket | undefined)?.unref()
  const tell = (line: string) => shell?.stdin?.write(`${line}\n`)
  return {
    directory,
    watch: (pid) => tell(`+ ${pid}`),
    forget: (pid) => tell(`- ${pid}`),
    scratch(name) {
      const made = join(directory, name)
      // Whoever clears old temporary files may have removed the directory, too.
      mkdirSync(made, { recursive: true, mode: 0o700 })
      return made
    },
    remove: (scratch) => void removed(scratch),
    async close() {
      await removed(directory)
      shell?.stdin?.end()
    },
  }
}

/** What a function has left there may refuse to go, or may still be written to. The shell tries again at the end. */
async function removed(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
}
