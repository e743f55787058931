import { operations } from '@cloudstead/admin-api'
import { defineConfig } from 'vite'

/** Where `npm run dev` of this package finds a server: the default port of `cloudstead dev`. */
const SERVER = 'http://127.0.0.1:8787'

/** What a client has to know of an operation at run time; its types are the compiler's business. */
const table = Object.fromEntries(Object.entries(operations).map(([id, { method, path }]) => [id, [method, path]]))

const PARTS =
  /console\/src\/(?:ui\/(?:card|tabs|badge|select|switch|checkbox|radio-group|search-input|text-area|key-value|json-|code-block|time|bytes|breadcrumbs|diff)|i18n\/format|app\/use-)[\w.-]*\.(?:tsx?|css)$/

export default defineConfig({
  base: '/console/',
  define: { __OPERATIONS__: JSON.stringify(table) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Hashed names under dist/assets may be cached for ever; what stands beside index.html may not.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What most pages use, in one file: a file for each would be dozens of requests, and compress worse.
          groups: [{ name: 'parts', test: PARTS }],
        },
      },
    },
  },
  server: { proxy: { '/console/api': SERVER, '/o': SERVER, '/u': SERVER } },
})
