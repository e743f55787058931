import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const PROJECT = join(import.meta.dirname, '..')
const MINI_PROGRAM = join(PROJECT, 'miniprogram')
const COMPONENTS = join(PROJECT, '../../packages/kit/components')

interface AppJson {
  readonly pages: readonly string[]
  readonly window: Readonly<Record<string, string>>
  readonly networkTimeout: Readonly<Record<string, number>>
  readonly requiredPrivateInfos?: readonly string[]
}

interface PartJson {
  readonly usingComponents?: Readonly<Record<string, string>>
}

function readJson<Json>(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8')) as Json
}

/** The path of the source of a component in usingComponents, without extension. */
function sourceOf(path: string): string {
  const inKit = /^@cloudstead\/kit\/(.*)$/.exec(path)?.[1]
  return inKit === undefined ? join(MINI_PROGRAM, path) : join(COMPONENTS, inKit)
}

describe('the project', () => {
  const app = readJson<AppJson>(join(MINI_PROGRAM, 'app.json'))

  for (const page of app.pages) {
    it(`has all files of ${page}, and its components`, () => {
      for (const extension of ['ts', 'wxml', 'wxss', 'json']) {
        assert.ok(existsSync(join(MINI_PROGRAM, `${page}.${extension}`)), extension)
      }
      const { usingComponents = {} } = readJson<PartJson>(join(MINI_PROGRAM, `${page}.json`))
      const template = readFileSync(join(MINI_PROGRAM, `${page}.wxml`), 'utf8')
      for (const [tag, path] of Object.entries(usingComponents)) {
        assert.ok(existsSync(`${sourceOf(path)}.wxml`), path)
        assert.ok(template.includes(`<${tag}`), `${tag} is declared but not used`)
      }
    })
  }

  it('declares no requiredPrivateInfos: WeChat does not list chooseMedia there, and its compiler would fail', () => {
    assert.equal(app.requiredPrivateInfos, undefined)
  })

  it('has a longer upload timeout than the default minute', () => {
    assert.ok((app.networkTimeout.uploadFile ?? 0) >= 300_000)
  })

  it('has a value in both themes for each variable of app.json', () => {
    const themes = readJson<Record<'light' | 'dark', Record<string, string>>>(join(MINI_PROGRAM, 'theme.json'))
    const variables = Object.values(app.window).filter((value) => value.startsWith('@'))
    assert.ok(variables.length > 0)
    for (const variable of variables) {
      assert.ok(themes.light[variable.slice(1)], variable)
      assert.ok(themes.dark[variable.slice(1)], variable)
    }
  })

  it('refers to existing files in project.config.json', () => {
    const config = readJson<{
      miniprogramRoot: string
      setting: { packNpmRelationList: { packageJsonPath: string; miniprogramNpmDistDir: string }[] }
    }>(join(PROJECT, 'project.config.json'))
    assert.ok(existsSync(join(PROJECT, config.miniprogramRoot, 'app.json')))
    for (const { packageJsonPath, miniprogramNpmDistDir } of config.setting.packNpmRelationList) {
      assert.ok(existsSync(join(PROJECT, packageJsonPath)))
      assert.ok(existsSync(join(PROJECT, miniprogramNpmDistDir, 'app.json')))
    }
  })
})
