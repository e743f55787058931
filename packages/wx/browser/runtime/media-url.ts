import type { Element as GlassEaselElement } from 'glass-easel'

/** Paths of local files, in WeChat's developer tools and on phones. */
const LOCAL_FILE = /^(wxfile:\/\/|http:\/\/(tmp|usr|store)[/_])/

const FOR_BROWSER = /^(https?:|data:|blob:)/

/** Turns the source of a picture or video, as the program gives it, into a URL that the browser can load. */
export class MediaUrls {
  readonly #assets: string
  #localFile: (path: string) => string | undefined = () => undefined

  /** `assets` is the base URL of the program's files. */
  constructor(assets: string) {
    this.#assets = assets
  }

  provideLocalFiles(urlOf: (path: string) => string | undefined): void {
    this.#localFile = urlOf
  }

  assetUrl(path: string): string {
    return `${this.#assets}/${path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`
  }

  /** Undefined for sources that WeChat does not render either. */
  mediaUrl(source: string, element: GlassEaselElement): string | undefined {
    if (source === '') return undefined
    if (LOCAL_FILE.test(source)) return this.#localFile(source)
    if (FOR_BROWSER.test(source)) return source
    if (source.startsWith('cloud://')) {
      console.warn(`${source} does not render: only local and http(s) addresses do; ask getTempFileURL for one`)
      return undefined
    }
    if (source.startsWith('//')) return `https:${source}`
    return this.assetUrl(source.startsWith('/') ? source : join(ownerPath(element), source))
  }
}

/** The folder of the component whose template has the element. */
function ownerPath(element: GlassEaselElement): string {
  const owner = element.ownerShadowRoot?.getHostNode().is ?? ''
  return owner.split('/').slice(0, -1).join('/')
}

function join(folder: string, path: string): string {
  const steps: string[] = folder === '' ? [] : folder.split('/')
  for (const step of path.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  }
  return steps.join('/')
}
