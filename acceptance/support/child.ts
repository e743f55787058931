/** A process of its own for an SDK: SDKs keep their logins in the process, and read its environment variables. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

type Answer<T> = { readonly result: T } | { readonly failure: string }

/**
 * Runs a module that calls `answerParent` in a new process.
 *
 * @param input what `answerParent` gets, as JSON
 * @param variables environment variables in addition to those of this process
 */
export async function askChild<T>(module: URL, input: object, variables: object = {}): Promise<T> {
  const child = fork(module, [JSON.stringify(input)], {
    env: { ...process.env, ...variables },
    // `undefined` survives.
    serialization: 'advanced',
    // Its output is only the log of the SDK.
    silent: true,
  })
  const [answer] = (await once(child, 'message')) as [Answer<T>]
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.result
}

/** In the child: sends the parent the result, or why there is none. Ends the process. */
export async function answerParent<Input, T>(run: (input: Input) => Promise<T>): Promise<void> {
  const answer = await run(JSON.parse(process.argv[2] ?? '') as Input).then(
    (result): Answer<T> => ({ result }),
    (error): Answer<T> => ({ failure: String(error) }),
  )
  process.send?.(answer, () => process.exit())
}
