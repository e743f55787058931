import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { eachProject, MAIN, type ProjectSetup } from '../functions/project/project.fixture.ts'
import { functionsInstall } from './functions-install.ts'

/** In the place of npm: notes its folder and arguments, and installs the package `a`, or fails where a file says so. */
const NPM = `#!/bin/sh
echo "$(basename "$PWD") $*" >> ../../npm.log
test -e fails && exit 7
mkdir -p node_modules/a
`

const setUp = eachProject()
let setup: ProjectSetup
beforeEach(() => {
  setup = setUp({
    'bin/npm': NPM,
    'config.json': '{}',
    'npm.log': '',
    'cloudfunctions/bare/index.js': `require('nowhere')\n${MAIN}`,
    'cloudfunctions/fresh/index.js': MAIN,
    'cloudfunctions/fresh/package.json': { dependencies: { a: '1' } },
    'cloudfunctions/locked/index.js': MAIN,
    'cloudfunctions/locked/package.json': { dependencies: { a: '1' } },
    'cloudfunctions/locked/package-lock.json': {},
    'cloudfunctions/ready/index.js': MAIN,
    'cloudfunctions/ready/package.json': { dependencies: { b: '1' } },
    'node_modules/b/package.json': {},
  })
  chmodSync(join(setup.base, 'bin/npm'), 0o755)
})

async function install(path = `${join(setup.base, 'bin')}:${process.env.PATH}`) {
  let output = ''
  const args = ['--functions', setup.root, '--config', join(setup.base, 'config.json')]
  const exitCode = await functionsInstall(args, { PATH: path }, (text) => {
    output += text
  })
  return { output, exitCode, calls: readFileSync(join(setup.base, 'npm.log'), 'utf8') }
}

test('runs npm where listed packages are missing, and only there', async () => {
  assert.deepEqual(await install(), {
    output: `fresh: npm install --omit=dev --no-audit --no-fund
locked: npm ci --omit=dev --no-audit --no-fund
Installed the packages of 2 of 4 functions.
`,
    exitCode: 0,
    calls: 'fresh install --omit=dev --no-audit --no-fund\nlocked ci --omit=dev --no-audit --no-fund\n',
  })
  assert.equal((await install()).output, 'No function lacks a package.\n')
})

test('stops at the first that fails', async () => {
  setup.write({ 'cloudfunctions/fresh/fails': '' })
  const { output, exitCode } = await install()
  assert.equal(exitCode, 1)
  assert.match(output, /^fresh: npm install .*\nfresh: npm failed \(exit code 7\); nothing more was installed\n$/)
  assert.equal(existsSync(join(setup.root, 'locked/node_modules')), false)
})

test('says so when there is no npm', async () => {
  const { output, exitCode } = await install('/nowhere')
  assert.equal(exitCode, 1)
  assert.match(output, /fresh: npm cannot be started \(.*ENOENT\); it comes with Node\.js/)
})
