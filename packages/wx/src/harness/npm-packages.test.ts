import assert from 'node:assert/strict'
import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'
import { NpmPackages } from './npm-packages.ts'

const FILES = {
  'package.json':
    '{ "dependencies": { "made": "1", "plain": "1", "@scope/default": "1", "unbuilt": "1", "absent": "1" } }',
  'node_modules/made/package.json':
    '{ "main": "lib/index.js", "miniprogram": "mp", "exports": { ".": "./lib/other.js" } }',
  'node_modules/made/lib/index.js': '',
  'node_modules/made/mp/index.js': '',
  'node_modules/made/mp/sub/index.js': '',
  'node_modules/plain/package.json': '{ "main": "lib/main" }',
  'node_modules/plain/lib/main.js': '',
  'node_modules/plain/node_modules/inner/index.js': '',
  'node_modules/inner/index.js': '',
  'node_modules/inner/deep/part.js': '',
  'node_modules/@scope/default/miniprogram_dist/index.js': '',
  'node_modules/unbuilt/package.json': '{ "miniprogram": "miniprogram_dist" }',
}

describe('npm packages after WeChat npm build', () => {
  let project: ProjectFolder
  let npm: NpmPackages

  before(() => {
    project = createProject(FILES)
    npm = new NpmPackages(project.path)
  })
  after(() => project.remove())

  const inProject = (file: string) => relative(realpathSync(join(project.path, 'node_modules')), file)

  for (const [request, file] of [
    ['made', 'made/mp/index.js'],
    ['made/sub', 'made/mp/sub/index.js'],
    ['plain', 'plain/lib/main.js'],
    ['@scope/default', '@scope/default/miniprogram_dist/index.js'],
  ] as const) {
    it(`${request} is ${file}`, () => assert.equal(inProject(npm.moduleOfProject(request)), file))
  }

  it('finds the dependencies of a package near it first, including subpaths', () => {
    const importer = join(project.path, 'node_modules/plain/lib/main.js')
    assert.equal(inProject(npm.moduleOfPackage('inner', importer)), 'plain/node_modules/inner/index.js')
    const other = join(project.path, 'node_modules/made/mp/index.js')
    assert.equal(inProject(npm.moduleOfPackage('inner/deep/part', other)), 'inner/deep/part.js')
  })

  for (const [request, says] of [
    ['inner', /is not in "dependencies"/],
    ['absent', /is not installed: run npm install/],
    ['plain/lib/main', /has no "miniprogram" folder, so .* packs its main file only/],
    ['made/none', /'none' is not in/],
    ['unbuilt', /declares the folder "miniprogram_dist" .* build 'unbuilt' first/],
    ['path', /is a module of Node/],
  ] as const) {
    it(`${request}: ${says.source}`, () => assert.throws(() => npm.moduleOfProject(request), says))
  }
})

describe('packages of a project as others commit it', () => {
  let project: ProjectFolder

  before(() => {
    project = createProject({
      'package.json': '{ "devDependencies": { "tool": "1" }, "dependencies": { "in-both": "1" } }',
      'miniprogram/package.json': '{ "dependencies": { "of-program": "1", "in-both": "1", "built": "1" } }',
      'miniprogram/node_modules/of-program/index.js': '',
      'miniprogram/node_modules/in-both/index.js': '',
      'miniprogram/miniprogram_npm/of-program/index.js': '',
      'miniprogram/miniprogram_npm/built/index.js': "require('@scope/inner')",
      'miniprogram/miniprogram_npm/built/sub/part.js': '',
      'miniprogram/miniprogram_npm/@scope/inner/index.js': '',
      'miniprogram/miniprogram_npm/one-file.js': '',
      'miniprogram/sub/miniprogram_npm/built/index.js': '',
      'miniprogram/sub/package.json': '{ "dependencies": { "of-sub": "1" } }',
      'miniprogram/sub/node_modules/of-sub/index.js': '',
    })
  })
  after(() => project.remove())

  for (const [request, from, file] of [
    ['of-program', '', 'node_modules/of-program/index.js'],
    ['in-both', 'pages/a', 'node_modules/in-both/index.js'],
    ['built', 'pages/a', 'miniprogram_npm/built/index.js'],
    ['built/sub/part', '', 'miniprogram_npm/built/sub/part.js'],
    ['@scope/inner', 'miniprogram_npm/built', 'miniprogram_npm/@scope/inner/index.js'],
    ['one-file', '', 'miniprogram_npm/one-file.js'],
    ['built', 'sub/pages/b', 'sub/miniprogram_npm/built/index.js'],
    ['of-sub', 'sub', 'sub/node_modules/of-sub/index.js'],
    ['of-program', 'sub/pages', 'node_modules/of-program/index.js'],
  ] as const) {
    it(`${request} in /${from} is ${file}`, () => {
      const root = join(project.path, 'miniprogram')
      const npm = new NpmPackages(project.path, root)
      assert.equal(relative(realpathSync(root), realpathSync(npm.moduleOfProject(request, join(root, from)))), file)
    })
  }

  it('a package of a sub-package is not there for the others', () => {
    const npm = new NpmPackages(project.path, join(project.path, 'miniprogram'))
    assert.throws(() => npm.moduleOfProject('of-sub'), /is not in "dependencies"/)
  })
})
