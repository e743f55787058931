import { operations } from '@cloudstead/admin-api'
import { defineConfig } from 'vite'

/** The server for `npm run dev` of this package: the default port of `cloudstead dev`. */
const SERVER = 'http://127.0.0.1:8787'

/** The part of the contract that the client needs at run time. */
const table = Object.fromEntries(Object.entries(operations).map(([id, { method, path }]) => [id, [method, path]]))

/**
 * Modules that go into one file if several pages use them: a file each would mean dozens of requests and compress worse. The
 * code editor stays out, because few pages have it.
 */
const SHARED = /lucide|console\/src\/(?:ui\/(?!code-(?!block)|explanation)|data\/|i18n\/|api\/|app\/use-)/

/**
 * Pages that share code, and small ones, are one file: apart they would need more bytes in all, because each file is compressed
 * by itself. None of them is in the first load.
 */
const RULES = /console\/src\/(?:pages\/(?:permissions|denials|functions)\/|ui\/)/
const DATA = /console\/src\/pages\/(?:storage|database)\//
const SMALL = /console\/src\/pages\/(?:overview|users|keys|settings)\//

export default defineConfig({
  base: '/console/',
  define: { __OPERATIONS__: JSON.stringify(table) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    // One style sheet compresses better than one for each page: it is a third smaller than all of them.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 3 },
            { name: 'parts', test: SHARED, minShareCount: 2, priority: 2 },
            { name: 'rules', test: RULES, priority: 1 },
            { name: 'data', test: DATA, priority: 1 },
            { name: 'small', test: SMALL, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/console/api': SERVER, '/o': SERVER, '/u': SERVER } },
})
