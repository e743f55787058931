/** Method and path of every operation of the admin API, by its id. Inserted by vite.config.ts. */
declare const __OPERATIONS__: Readonly<Record<string, readonly [method: string, path: string]>>
