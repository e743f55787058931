/** Every error that an app can meet, brought about with the official SDKs: what the app sees is what the docs say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import type { Sightings } from './errors/columns.ts'
import { codesOfApps, PAGES, withTable } from './errors/page.ts'
import { lookAtErrors } from './errors/stage.ts'
import { UNSEEN } from './errors/unseen.ts'

let sightings: readonly Sightings[]
before(async () => {
  sightings = await lookAtErrors()
})

test('every code of apps is seen through an SDK, or the docs say why not', () => {
  const seen = new Set(sightings.flatMap((of) => Object.keys(of).map((name) => name.split(' ')[0] ?? '')))
  const known = [...seen, ...UNSEEN.flatMap(({ codes }) => codes)]
  assert.deepEqual(known.toSorted(), codesOfApps().toSorted())
})

for (const { language, file } of PAGES) {
  test(`the table in ${language} is up to date: npm run build, then node acceptance/errors/write.ts`, () => {
    const page = readFileSync(file, 'utf8')
    assert.equal(page, withTable(page, language, 'programs', sightings))
  })
}
