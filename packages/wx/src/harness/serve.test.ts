import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { BuildState } from '../shared/built-program.ts'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'
import { BuildError } from './problems.ts'
import { type MiniProgramServer, type ServeOptions, serveMiniProgram } from './serve.ts'

interface Served {
  readonly server: MiniProgramServer
  readonly project: ProjectFolder
}

async function serve(test: TestContext, options: Partial<ServeOptions> = {}, files = {}): Promise<Served> {
  const project = createProject({ 'miniprogram/images/a.png': 'png', ...files })
  const server = await serveMiniProgram({ project: project.path, watch: false, ...options })
  test.after(async () => {
    await server.close()
    project.remove()
  })
  return { server, project }
}

/** A GET whose path is sent as it is. */
function statusOf(server: MiniProgramServer, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(server.url)
  return new Promise((done, fail) => {
    request({ hostname, port, path }, (response) => {
      response.resume()
      done(response.statusCode)
    })
      .on('error', fail)
      .end()
  })
}

/** The events of a live server, one at a time. */
async function* statesOf(server: MiniProgramServer): AsyncGenerator<BuildState> {
  const { body } = await fetch(`${server.url}/harness/events`)
  assert.ok(body)
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield JSON.parse(text.slice('data: '.length, end))
      text = text.slice(end + 2)
    }
  }
}

describe('the server', () => {
  it('answers with the right content types and without caching', async (test) => {
    const { server } = await serve(test)
    for (const [path, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/?user=bob', 'text/html; charset=utf-8'],
      ['/harness/harness.js', 'text/javascript; charset=utf-8'],
      ['/harness/harness.css', 'text/css; charset=utf-8'],
      ['/harness.json', 'application/json; charset=utf-8'],
      ['/program/assets/images/a.png', 'image/png'],
    ] as const) {
      const response = await fetch(server.url + path)
      assert.equal(response.status, 200, path)
      assert.equal(response.headers.get('content-type'), type)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      await response.arrayBuffer()
    }
  })

  it('serves only the site', async (test) => {
    const { server } = await serve(test, {}, { 'secret.txt': 'no', 'miniprogram/.hidden': 'no' })
    for (const path of [
      ...['/secret.txt', '/../secret.txt', '/%2e%2e/secret.txt', '/program/assets/../../../secret.txt'],
      ...['/program/assets/..%2f..%2fsecret.txt', '/program/assets/app.js', '/program/assets/.hidden', '//etc/passwd'],
    ]) {
      assert.equal(await statusOf(server, path), 404, path)
    }
    assert.equal(await statusOf(server, '/%ff'), 400)
    assert.equal((await fetch(server.url, { method: 'POST' })).status, 405)
  })

  it('does not start without a program, unless it watches', async (test) => {
    const broken = { 'miniprogram/app.json': '{' }
    await assert.rejects(serve(test, {}, broken), BuildError)
    const { server } = await serve(test, { watch: true }, broken)
    assert.equal((await fetch(server.url)).status, 200)
    assert.equal(await statusOf(server, '/program/program.js'), 404)
  })

  it('reports that its port is in use', async (test) => {
    const { server, project } = await serve(test)
    const port = Number(new URL(server.url).port)
    await assert.rejects(serveMiniProgram({ project: project.path, port, watch: false }), { code: 'EADDRINUSE' })
  })

  it('reports failed and successful builds, but not builds without changes', async (test) => {
    const { server, project } = await serve(test, { watch: true })
    const states = statesOf(server)
    const next = async () => (await states.next()).value as BuildState
    const first = await next()
    assert.deepEqual(first.problems, [])
    project.write({ 'miniprogram/pages/a/a.wxml': '<view>{{ a + }}</view>' })
    const failed = await next()
    assert.equal(failed.problems[0]?.file, 'miniprogram/pages/a/a.wxml')
    assert.equal(failed.build, first.build)
    project.write({ 'miniprogram/pages/a/a.wxml': '<view>b</view>' })
    const repaired = await next()
    assert.deepEqual(repaired.problems, [])
    assert.notEqual(repaired.build, first.build)
    await states.return(undefined)
  })

  it('gives an editor time to write the file that it has emptied', async (test) => {
    const { server, project } = await serve(test, { watch: true })
    const states = statesOf(server)
    await states.next()
    const start = performance.now()
    project.write({ 'miniprogram/pages/a/a.wxml': '' })
    await states.next()
    assert.ok(performance.now() - start > 400)
    await states.return(undefined)
  })

  it('notices new folders, changed assets and rebuilt packages', async (test) => {
    const { server, project } = await serve(
      test,
      { watch: true },
      {
        'package.json': '{ "dependencies": { "made": "1" } }',
        'node_modules/made/package.json': '{ "miniprogram": "mp" }',
        'node_modules/made/mp/index.js': '',
        'miniprogram/pages/a/a.js': "require('made')\nPage({})",
      },
    )
    const states = statesOf(server)
    let { build } = (await states.next()).value as BuildState
    const changes = async (what: string) => {
      for (;;) {
        const state = (await states.next()).value as BuildState
        if (state.problems.length > 0 || state.build === build) continue
        build = state.build
        test.diagnostic(what)
        return
      }
    }
    project.write({ 'miniprogram/deep/er/b.png': 'b' })
    await changes('a new folder')
    project.write({ 'miniprogram/images/a.png': 'another' })
    await changes('an asset')
    rmSync(join(project.path, 'node_modules/made/mp'), { recursive: true })
    project.write({ 'node_modules/made/mp/index.js': 'exports.b = 1' })
    await changes('a package, rebuilt')
    project.write({ 'node_modules/made/mp/index.js': 'exports.c = 1' })
    await changes('the same package once more')
    await states.return(undefined)
  })
})
