import type { ElementsHost } from '../contracts.ts'

/** Makes WeChat's built-in elements known to every page and component of the program. */
export function registerElements(host: ElementsHost): void {
  for (const name of ['view', 'text', 'image']) {
    host.space.setGlobalUsingComponent(name, host.space.define(`wx-${name}`).registerComponent().general())
  }
}
