/**
 * The `wx` object of the browser harness: WeChat's calls, implemented with the APIs of browsers. How calls answer and fail is
 * shared with the simulated phone for Node (src/shared). README.md lists the differences to WeChat.
 */
import { AppLifecycle, INTERRUPT_AFTER_MS } from '../../src/shared/app-lifecycle.ts'
import { toArrayBuffer } from '../../src/shared/bytes.ts'
import { callSafely } from '../../src/shared/callbacks.ts'
import { createDeviceApi, DEFAULT_APPID } from '../../src/shared/device.ts'
import { USER_DATA_PATH } from '../../src/shared/file-paths.ts'
import { createLoginApi } from '../../src/shared/login.ts'
import { createNetwork, downloadToTemp } from '../../src/shared/network.ts'
import { createStorageApi, PhoneStorage } from '../../src/shared/storage.ts'
import { laterTurn } from '../../src/shared/timers.ts'
import { TransferQueue } from '../../src/shared/transfer-queue.ts'
import type { HarnessOptions, Host } from '../contracts.ts'
import { createDisplay } from './display.ts'
import { createErrors } from './errors.ts'
import { BrowserFiles, type LastingFiles } from './files/browser-files.ts'
import { codec } from './files/encodings.ts'
import { createFileApi, createFileSystemManager } from './files/file-system-manager.ts'
import { openLastingFiles } from './files/lasting-files.ts'
import { createLaunchApi } from './launch.ts'
import { LocalStorageEntries, memoryOf } from './local-storage.ts'
import { createMediaApi } from './media/media-api.ts'
import { THROTTLES } from './network/throttle.ts'
import { xhrSender } from './network/xhr-sender.ts'
import { createNoOpApi } from './no-op.ts'
import { createBarsApi } from './page/bars.ts'
import { createNavigationApi } from './page/navigation.ts'
import { type ObserverOptions, WxIntersectionObserver } from './page/observers.ts'
import { createScrollApi } from './page/scroll.ts'
import { SelectorQuery } from './page/selector-query.ts'
import { Permissions } from './permissions.ts'
import { createPrivacy } from './privacy.ts'
import { createSystemApi } from './system.ts'
import { Layer } from './ui/layer.ts'
import { Toast } from './ui/toast.ts'
import { createUiApi } from './ui/ui-api.ts'

/** A simulated phone in a page: its `wx`, and what elements and shell need of it. */
export interface BrowserPhone {
  readonly wx: { createSelectorQuery(): SelectorQuery }
  /**
   * The `src` of an `<image>` or `<video>` for a path: a `blob:` URL for a file of the phone (`http://tmp/..`,
   * `wxfile://..`), a URL of the harness for a file of the program; other paths are returned unchanged.
   */
  displayUrl(path: string): string
  /** Ends transfers, removes temporary files and the layer of dialogs. */
  dispose(): void
}

/** Reads the files of `options.user`, which are needed before the program starts. */
export function openUserFiles(options: HarnessOptions): Promise<LastingFiles> {
  return openLastingFiles(options.user, (error) => console.warn('files will not outlive this page:', error))
}

/** Creates only the `wx` object; see `createBrowserPhone`. */
export function createBrowserWx(host: Host, options: HarnessOptions, lastingFiles?: LastingFiles): BrowserPhone['wx'] {
  return createBrowserPhone(host, options, lastingFiles).wx
}

/**
 * Creates the phone. Without `lastingFiles` (from `openUserFiles`) the program's own files are lost with the page.
 *
 * @example
 * const phone = createBrowserPhone(host, options, await openUserFiles(options))
 * program.run('app', { ...scope, wx: phone.wx })
 */
export function createBrowserPhone(host: Host, options: HarnessOptions, lastingFiles?: LastingFiles): BrowserPhone {
  const { api: errorsApi, report, stop: stopErrors } = createErrors(host)
  const layer = new Layer(host.overlay, options.language)
  const memory = memoryOf(options.user)
  const files = new BrowserFiles(lastingFiles)
  const appid = options.appid ?? DEFAULT_APPID
  const assetUrl = (path: string): string | undefined => assetUrlOf(host, path)
  const displayUrl = (path: string): string => files.url(path) ?? assetUrl(path) ?? path
  const page = (): HTMLElement | undefined => host.currentPageElement()
  const network = createNetwork(
    {
      queue: new TransferQueue(),
      sender: xhrSender,
      files,
      // Never sent: a page cannot set User-Agent or Referer.
      identity: { appid, userAgent: navigator.userAgent },
      report,
      timeouts: host.app?.networkTimeout,
    },
    (url, protocols) => new WebSocket(url, protocols),
  )
  const lifecycle = new AppLifecycle(network, INTERRUPT_AFTER_MS, report)
  const privacy = createPrivacy(layer, memory, options.privacy ?? 'granted', report)
  const permissions = new Permissions(layer, memory, report)
  const toast = new Toast(layer, displayUrl)
  const { display, api: displayApi, stop: stopDisplay } = createDisplay(host, (theme) => layer.setTheme(theme), report)
  const fileSystemManager = createFileSystemManager(files, report)
  const storage = new PhoneStorage({}, new LocalStorageEntries(options.user))
  const download = (url: string): Promise<string> => downloadToTemp(network.api, url)

  const wx = {
    ...network.api,
    ...createStorageApi(storage, report),
    ...createMediaApi({ layer, files, privacy: privacy.privacy, permissions, report, download, displayUrl, assetUrl }),
    ...privacy.api,
    ...permissions.api,
    ...createLoginApi(`dev:${options.user}`, report),
    ...createDeviceApi(appid, { language: options.language, model: 'Browser harness' }, report, display),
    ...displayApi,
    ...createUiApi(layer, toast, report),
    ...createSystemApi(toast, layer.words('内容已复制', 'Copied'), report),
    ...createNavigationApi(host, report),
    ...createBarsApi(host, report),
    ...createScrollApi(page, report),
    ...createLaunchApi(host, options, report),
    ...createNoOpApi(),
    ...lifecycle.api,
    ...errorsApi,
    env: { USER_DATA_PATH },
    getFileSystemManager: () => fileSystemManager,
    ...createFileApi(files, report),
    createSelectorQuery: () => new SelectorQuery(page, report),
    createIntersectionObserver: (component: unknown, given?: ObserverOptions) =>
      new WxIntersectionObserver(component, given ?? {}, page, report),
    canIUse: (schema: string): boolean => Object.hasOwn(wx, String(schema).split('.')[0] ?? ''),
    nextTick: (callback: () => void) => void laterTurn().then(() => callSafely(report, callback)),
    base64ToArrayBuffer: (base64: string) => toArrayBuffer(codec('base64').encode(base64)),
    arrayBufferToBase64: (buffer: ArrayBuffer) => codec('base64').decode(new Uint8Array(buffer)),
  }

  host.provideLocalFiles?.((path) => files.url(path))
  const { path, query, scene } = host.launch
  const stopVisibility = host.onVisibility((visible) => {
    if (visible) lifecycle.foreground({ path, query: { ...query }, scene })
    else lifecycle.background()
  })
  const stopThrottle = host.onNetworkThrottle?.((throttle) => network.change(THROTTLES[throttle]))
  return {
    wx,
    displayUrl,
    dispose: () => {
      stopVisibility()
      stopThrottle?.()
      stopErrors()
      stopDisplay()
      lifecycle.dispose()
      network.end()
      files.dispose()
      layer.root.remove()
    },
  }
}

/** The URL of a file of the program; paths with a scheme are no such files. */
function assetUrlOf(host: Host, path: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:/i.test(path) || path === '' ? undefined : host.assetUrl?.(path)
}
