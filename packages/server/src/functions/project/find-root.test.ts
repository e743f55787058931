import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findFunctionsRoot } from './find-root.ts'
import { setUpProject } from './project.fixture.ts'

test('the root is functionRoot of cloudbaserc.json, else cloudfunctions, if it is there', () => {
  const { base, root, write, dispose } = setUpProject({})
  try {
    assert.equal(findFunctionsRoot(base), root)
    write({ 'cloudbaserc.json': '{ "functionRoot": "./functions", }' })
    assert.equal(findFunctionsRoot(base), undefined)
    write({ 'functions/hello/index.js': '' })
    assert.equal(findFunctionsRoot(base), join(base, 'functions'))
    write({ 'cloudbaserc.json': '{' })
    rmSync(root, { recursive: true })
    assert.equal(findFunctionsRoot(base), undefined)
  } finally {
    dispose()
  }
})
