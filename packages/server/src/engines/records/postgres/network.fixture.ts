/** A network between an engine and its server, for tests, which can lose packets without a word. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A connection through the network. */
interface Line {
  readonly near: Socket
  readonly far: Socket
  isCut: boolean
}

export interface Network {
  /** The URL of the database through this network. */
  readonly url: string
  /** From now on nothing gets through and nobody is told. New connections are accepted, and get no answer. */
  vanish(): void
  /** Cuts the connection on which the engine sends this text, before or after it has got through. Then calls `onCut`. */
  cutAt(text: string, when: 'before' | 'after', onCut: () => void): void
  /** New connections get through again. The old ones too, unless they are to stay lost. */
  comeBack(old: 'kept' | 'lost'): void
  close(): void
}

/** Opens a network to the server of this database. */
export async function openNetwork(url: string): Promise<Network> {
  const target = new URL(url)
  const lines = new Set<Line>()
  let isGone = false
  let cut: { text: string; when: 'before' | 'after'; onCut: () => void } | undefined

  function pass(line: Line, data: Buffer): void {
    if (!cut || !data.includes(cut.text)) {
      line.far.write(data)
      return
    }
    const { when, onCut } = cut
    cut = undefined
    if (when === 'after') line.far.write(data)
    hold(line)
    onCut()
  }

  function hold(line: Line): void {
    line.isCut = true
    line.near.pause()
    line.far.pause()
  }

  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    const line: Line = { near, far, isCut: false }
    lines.add(line)
    near.on('data', (data) => pass(line, data))
    far.on('data', (data) => near.write(data))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {})
      // Who closes a connection that is cut tells nobody.
      one.on('close', () => !line.isCut && other.destroy())
    }
    if (isGone) hold(line)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const here = new URL(url)
  here.port = String((server.address() as AddressInfo).port)

  return {
    url: here.href,
    vanish() {
      isGone = true
      for (const line of lines) hold(line)
    },
    cutAt(text, when, onCut) {
      cut = { text, when, onCut }
    },
    comeBack(old) {
      isGone = false
      for (const line of lines) {
        if (old === 'lost') continue
        line.isCut = false
        if (line.near.destroyed) line.far.destroy()
        line.near.resume()
        line.far.resume()
      }
    },
    close() {
      server.close()
      for (const { near, far } of lines) {
        near.destroy()
        far.destroy()
      }
    },
  }
}
