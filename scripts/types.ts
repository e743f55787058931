/** `npm run types`: checks each part of the repository with the types of its runtime. */
import { spawnSync } from 'node:child_process'

const PROJECTS = [
  // Node: packages, tests, tools.
  'tsconfig.json',
  // A Mini Program on a phone, which is neither Node nor a browser.
  'packages/kit/tsconfig.check.json',
  'packages/kit/components/tsconfig.json',
  'examples/orders/tsconfig.json',
  // Run by hand; installs its own dependencies.
  'tools/wechat-check/tsconfig.json',
  // A browser.
  'packages/wx/browser/tsconfig.json',
  'packages/console/tsconfig.json',
]

const failed = PROJECTS.filter((project) => spawnSync('tsc', ['-p', project], { stdio: 'inherit' }).status !== 0)
process.exitCode = failed.length === 0 ? 0 : 1
