import type { BuildState } from '../contracts.ts'
import { h } from './dom.ts'
import type { Texts } from './texts.ts'

/**
 * Follows the builds of the server: a new program reloads the page; build errors are shown over the screen of the phone,
 * while the last working program keeps running.
 */
export function followBuilds(shownBuild: string, screen: HTMLElement, texts: Texts): void {
  const list = h('ol')
  const panel = h('section', { className: 'build-problems', hidden: true }, h('h1', {}, texts.buildFailed), list)
  screen.append(panel)
  new EventSource('harness/events').addEventListener('message', ({ data }) => {
    const { build, problems } = JSON.parse(data) as BuildState
    panel.hidden = problems.length === 0
    list.replaceChildren(
      ...problems.map(({ file, line, column, message }) => {
        const place = [file, line, column].filter((part) => part !== undefined).join(':')
        return h('li', {}, h('code', {}, place), h('p', {}, message))
      }),
    )
    if (problems.length === 0 && build !== shownBuild) location.reload()
  })
}
