/** If a script throws while it is loaded, only that error is reported, not the errors that follow from it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { ProgramBrowser } from '../testing/program-browser.ts'
import { createProject } from '../testing/project-folder.ts'

describe('a page whose script throws', { skip: lacksChromium() }, () => {
  let browser: ProgramBrowser

  before(async () => {
    browser = await ProgramBrowser.launch()
  })
  after(() => browser.close())

  it('shows the error in the phone, and reports it once', async () => {
    const project = createProject({ 'miniprogram/pages/a/a.js': 'undefinedThing()\nPage({})' })
    try {
      const server = await browser.serve({ project: project.path })
      const { page } = await browser.open(server)
      const shown = await page.locator('.missing-page').innerText()
      assert.match(shown, /did not load\s+pages\/a\/a: ReferenceError: undefinedThing is not defined/)
      const panel = await page.locator('.error-panel').innerText()
      assert.equal(panel.match(/undefinedThing is not defined/g)?.length, 1)
      assert.doesNotMatch(panel, /is not found|has not been registered/)
    } finally {
      project.remove()
    }
  })
})
