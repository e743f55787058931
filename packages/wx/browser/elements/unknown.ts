import { NativeNode } from 'glass-easel'
import type { ElementsHost } from '../contracts.ts'
import { warnOnce } from './not-simulated.ts'

/**
 * A tag that is neither a built-in element nor a component of the page. WeChat shows nothing for it. It is nearly always a
 * line missing in `usingComponents`, so the harness shows its name, and logs it once.
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
