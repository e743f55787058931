import { CloudsteadError } from '@cloudstead/protocol'
import { type FunctionCall, type FunctionRunner, MAX_EVENT_BYTES } from './call.ts'

/** A runner without functions: it keeps the calls, and answers each with `answer`. */
export interface FakeRunner extends FunctionRunner {
  readonly calls: FunctionCall[]
  /** The result as JSON text, or what to throw. By default the event. */
  answer: (call: FunctionCall) => string
  /** The last call. */
  last(): FunctionCall
}

export function fakeRunner(): FakeRunner {
  const calls: FunctionCall[] = []
  return {
    calls,
    answer: ({ event }) => event || 'null',
    last: () => calls.at(-1) as FunctionCall,
    async invoke(call) {
      calls.push(call)
      if (call.trigger !== 'http' && Buffer.byteLength(call.event) > MAX_EVENT_BYTES)
        throw new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT')
      if (call.name.startsWith('no-')) throw new CloudsteadError('FUNCTION_NOT_FOUND')
      return { result: this.answer(call), requestId: call.requestId, durationMs: 1 }
    },
  }
}
