/** Runs a hook in plain Node, inside a component that renders nothing. */
import { h, options, render } from 'preact'

interface RunningHook<Input, Output> {
  /** What the hook returned in the last render. */
  output(): Output
  /** Renders again with another input, and waits for the effects. */
  change(input: Input): Promise<void>
  /** Waits until pending promises, renders and effects are done. */
  settle(): Promise<void>
  stop(): Promise<void>
}

export async function runHook<Input, Output>(
  hook: (input: Input) => Output,
  first: Input,
): Promise<RunningHook<Input, Output>> {
  options.requestAnimationFrame = (callback) => setImmediate(callback)
  // Nothing is rendered into it, so it needs no more than what Preact reads.
  const root = { nodeType: 1, childNodes: [], firstChild: null } as unknown as Element
  const outputs: Output[] = []
  const Probe = ({ input }: { readonly input: Input }) => {
    outputs.push(hook(input))
    return null
  }
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done))
  }
  const change = async (input: Input) => {
    render(h(Probe, { input }), root)
    await settle()
  }
  await change(first)
  return {
    output: () => outputs.at(-1) as Output,
    change,
    settle,
    async stop() {
      render(null, root)
      await settle()
    },
  }
}
