/**
 * The server SDKs as cloud functions have them: only environment variables direct them to the server. An SDK reads them from its
 * process, so each version has a test file, and with it a process, of its own.
 */
import { createRequire } from 'node:module'
import './offline.ts'
import type { ApiKey, RunningServer } from './server.ts'

/** The environment in `init`: its id, the SDK's symbol for that of the environment variables, or none. */
export type EnvIn = 'named' | 'current' | 'absent'

/** What the SDKs print at each call without an environment. */
const NO_ENV_WARNING = /当前未指定env/

/** The environment variables that direct an SDK. Without a key it has no credentials. */
export function serverVariables({ url, env }: Pick<RunningServer, 'url' | 'env'>, key?: ApiKey) {
  return {
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: `${url}/admin` }),
    SCF_NAMESPACE: env,
    ...(key && { TENCENTCLOUD_SECRETID: key.secretId, TENCENTCLOUD_SECRETKEY: key.secretKey }),
  }
}

/** Sets the environment variables of this process. Loads the SDK, whose calls then reach the server. */
export async function serverSdk<Sdk>(server: RunningServer, packageName: string): Promise<Sdk> {
  Object.assign(process.env, serverVariables(server, await server.apiKey()))
  const { warn } = console
  console.warn = (...texts: unknown[]) => {
    if (!texts.some((text) => NO_ENV_WARNING.test(String(text)))) warn(...texts)
  }
  return createRequire(import.meta.url)(packageName) as Sdk
}
