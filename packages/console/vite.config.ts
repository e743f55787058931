import { operations } from '@cloudstead/admin-api'
import { defineConfig } from 'vite'

/** The server for `npm run dev` of this package: the default port of `cloudstead dev`. */
const SERVER = 'http://127.0.0.1:8787'

/** The part of the contract that the client needs at run time. */
const table = Object.fromEntries(Object.entries(operations).map(([id, { method, path }]) => [id, [method, path]]))

/** Modules that several pages use. They go into one file: a file each would mean dozens of requests and compress worse. */
const PARTS =
  /console\/src\/(?:ui\/(?:card|tabs|badge|select|switch|checkbox|radio-group|search-input|text-area|key-value|json-|syntax|code-block|time|bytes|breadcrumbs|diff|virtual-|side-panel|progress-|drop|table|source-badge|person)|i18n\/(?:format|json-fault)|app\/use-|api\/transfer|data\/(?:use-(?:loaded|pages|name|changes|settings)|name-book|person|presets))[\w.-]*\.(?:tsx?|css)$/
export default defineConfig({
  base: '/console/',
  define: { __OPERATIONS__: JSON.stringify(table) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'parts', test: PARTS }],
        },
      },
    },
  },
  server: { proxy: { '/console/api': SERVER, '/o': SERVER, '/u': SERVER } },
})
