/** Put in by vite.config.ts: method and path of every operation of the admin API, by its id. */
declare const __OPERATIONS__: Readonly<Record<string, readonly [method: string, path: string]>>
