import type { Operator } from './console-operator.ts'
import type { Keys } from './keys.ts'

/** Who may work with the Console. */
export interface ConsoleAccess {
  /**
   * Whoever holds this api key.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS`
   */
  operatorOfApiKey(apiKey: string): Promise<Operator>
  /** Whoever holds this session; undefined when it has ended. */
  operatorOfSession(token: string): Promise<Operator | undefined>
}

export function createConsoleAccess({ keys }: { readonly keys: Keys }): ConsoleAccess {
  return {
    async operatorOfApiKey(apiKey) {
      const caller = await keys.callerOfApiKey(apiKey)
      return { caller, by: 'key', name: caller.keyId }
    },
    operatorOfSession: async () => undefined,
  }
}
