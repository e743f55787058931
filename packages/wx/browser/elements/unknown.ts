import { NativeNode } from 'glass-easel'
import type { ElementsHost } from '../contracts.ts'
import { warnOnce } from './not-simulated.ts'

/**
 * A tag that is neither an element of WeChat nor a component of the page shows as nothing in WeChat, and is nearly always
 * a forgotten line in `usingComponents`: here it shows its name, and the console says so once.
 */
export function watchUnknownTags(host: ElementsHost): void {
  const look = (dom: Element): void => {
    const node = (dom as Element & { __wxElement?: unknown }).__wxElement
    if (!NativeNode.isNativeNode(node) || dom.hasAttribute('data-unknown-element')) return
    dom.setAttribute('data-unknown-element', node.is)
    const where = node.ownerShadowRoot?.getHostNode().is ?? 'a page'
    warnOnce(host, `unknown:${node.is}`, `<${node.is}> in ${where} is not known: is it missing from usingComponents?`)
  }
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const added of addedNodes) {
        if (!(added instanceof Element)) continue
        look(added)
        for (const inner of added.querySelectorAll('*')) look(inner)
      }
    }
  }).observe(document, { childList: true, subtree: true })
}
