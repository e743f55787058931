/** What is the same in the contexts of all calls of a function. */
export interface ContextOptions {
  /** Of the function. */
  readonly name: string
  /** The id of the environment. */
  readonly env: string
  readonly region: string
  readonly memoryMB: number
  readonly timeoutMs: number
  /** The variables that all calls have. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * The `context` of `main`. It has the variables as text, too, because `parseContext` of the SDKs reads them there. Few
 * functions do, so the texts are made when they are asked for.
 *
 * @param variables those of the call
 */
export function contextOf(
  { name, env, region, memoryMB, timeoutMs, variables: shared }: ContextOptions,
  requestId: string,
  variables: Readonly<Record<string, string>>,
): object {
  const all = () => ({ ...shared, ...variables })
  return {
    callbackWaitsForEmptyEventLoop: false,
    memory_limit_in_mb: memoryMB,
    time_limit_in_ms: timeoutMs,
    request_id: requestId,
    get environment() {
      return JSON.stringify(all())
    },
    get environ() {
      return Object.entries(all())
        .map(([variable, value]) => `${variable}=${value}`)
        .join(';')
    },
    function_name: name,
    function_version: '$LATEST',
    namespace: env,
    tencentcloud_region: region,
    tencentcloud_appid: '',
    tencentcloud_uin: '',
  }
}
