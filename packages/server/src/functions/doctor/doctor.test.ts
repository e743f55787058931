import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eachProject, MAIN } from '../project/project.fixture.ts'
import { examine } from './doctor.ts'

const setUp = eachProject()

/** The findings of a project, each as one line. */
function diagnose(files: Readonly<Record<string, unknown>>, env?: string): readonly string[] {
  return examine(setUp(files).project.current(), env).map(
    ({ severity, function: name, message }) => `${severity} ${name ?? '-'}: ${message}`,
  )
}

const F = 'cloudfunctions/hello'

test('nothing to say about a function that needs nothing', () => {
  assert.deepEqual(diagnose({ [`${F}/index.js`]: MAIN }), [])
})

describe('packages', () => {
  test('that are listed or required and not installed', () => {
    const code = `// require('comment')
      const url = 'https://x/require("text")'
      const a = require('listed'), b = require("@s/required/part"), c = require(\`fs\`), d = require('node:http')
      const e = require('./own'), f = my.require('no'), g = require(name), h = require('found'), i = require('above/x')
      const j = require('optional'), k = require('fs/promises')
      exports.main = () => 1`
    const found = diagnose({
      [`${F}/index.js`]: code,
      [`${F}/package.json`]: { dependencies: { listed: '1', found: '1' }, optionalDependencies: { optional: '1' } },
      [`${F}/node_modules/found/package.json`]: {},
      'node_modules/above/package.json': {},
    })
    assert.deepEqual(found, [
      'error hello: the package @s/required is required, but is neither installed nor in its package.json; run in its folder: npm install @s/required',
      'error hello: the package listed is not installed; run: cloudstead functions install',
    ])
  })

  test('whose names lead elsewhere are none', () => {
    assert.deepEqual(
      diagnose({ [`${F}/index.js`]: MAIN, [`${F}/package.json`]: { dependencies: { '../x': '1' } } }),
      [],
    )
  })
})

describe('ES modules', () => {
  for (const line of [
    "import x from 'x'",
    "import 'fs'",
    "import {\n a,\n b } from 'fs'",
    'export default 1',
    'export const main = 1',
    'export async function main() {}',
    'export { main }',
  ]) {
    test(line, () => {
      const found = diagnose({ [`${F}/index.js`]: `'use strict'\n${line}\n` })
      assert.deepEqual(found, [
        'error hello: its file has import or export, and event functions are CommonJS: use require and exports',
      ])
    })
  }

  test('what only looks like it', () => {
    const code = "const f = () => import('fs')\n/*\nexport default 1\n*/\nexports.main = f\nimportant('x')\nexportAll()"
    assert.deepEqual(diagnose({ [`${F}/index.js`]: code }), [])
  })

  test('by package.json', () => {
    const found = diagnose({ [`${F}/index.js`]: 'export const main = 1', [`${F}/package.json`]: { type: 'module' } })
    assert.equal(found.length, 1)
    assert.match(found[0] ?? '', /^error hello: hello is an ES module/)
  })
})

describe('key files', () => {
  const key = { private_key_id: 'a', private_key: 'secret', env_id: 'other-env' }
  const files = {
    [`${F}/index.js`]: MAIN,
    [`${F}/tcb_custom_login.json`]: key,
    [`${F}/keys/second.json`]: key,
    [`${F}/right.json`]: { ...key, env_id: 'demo-1abcde' },
    [`${F}/broken.json`]: '{ "private_key_id": ',
    [`${F}/data.json`]: { private_key_id: 1 },
  }

  test('for another environment', () => {
    const text = (path: string) =>
      `error hello: the key in ${path} is for the environment other-env; make one with: cloudstead keys login --env demo-1abcde`
    assert.deepEqual([...diagnose(files, 'demo-1abcde')].sort(), [
      text('keys/second.json'),
      text('tcb_custom_login.json'),
    ])
  })

  test('are not judged without an environment', () => assert.deepEqual(diagnose(files), []))
})

test('secrets in plain text, without their values', () => {
  const variables = (value: string) =>
    Object.fromEntries(['WX_SECRET', 'apiKey', 'DB_PASSWORD', 'TOKEN', 'KEY'].map((name) => [name, value]))
  const harmless = { PUBLIC_KEY: 'x', TOKEN_URL: 'x', KEYWORD: 'x', SECRET_ID: 'x', EMPTY_SECRET: '', APPID: 'x' }
  const found = diagnose({
    [`${F}/index.js`]: MAIN,
    'cloudfunctions/older/index.js': MAIN,
    '.env': 'X=1',
    'cloudbaserc.json': {
      functions: [
        { name: 'hello', envVariables: { ...variables('hunter2'), ...harmless } },
        { name: 'older', config: { envVariables: { PASSWD: 'hunter2' } }, envVariables: { MY_KEY: '{{env.X}}' } },
      ],
    },
  })
  assert.deepEqual(
    found.map((line) => line.split(' in plain text')[0]),
    [...Object.keys(variables('')).map((name) => `hello: ${name}`), 'older: PASSWD'].map((line) => {
      const [name, variable] = line.split(': ')
      return `warning ${name}: cloudbaserc.json has the value of ${variable}`
    }),
  )
  assert.equal(found.join().includes('hunter2'), false)
})

test('web functions, and every problem of the project', () => {
  const found = diagnose({
    'cloudfunctions/web/scf_bootstrap': '',
    'cloudbaserc.json': '{',
    'cloudbaserc.yaml': '',
  })
  assert.equal(found.length, 3)
  assert.match(found[0] ?? '', /^error -: cloudbaserc\.json: not valid JSON/)
  assert.match(found[1] ?? '', /^error web: web is a web function/)
  assert.match(found[2] ?? '', /^warning -: cloudbaserc\.yaml is not read/)
})
