import { defineElement, type ElementSelf, type Properties } from './define.ts'
import { keepInside } from './dom.ts'

/** Modes that keep the size of the picture and choose its visible part. */
const POSITIONS: ReadonlySet<string> = new Set([
  'top',
  'bottom',
  'center',
  'left',
  'right',
  'top left',
  'top right',
  'bottom left',
  'bottom right',
])

const FITS: Readonly<Record<string, string>> = { scaleToFill: 'fill', aspectFit: 'contain', aspectFill: 'cover' }

export const image = defineElement({
  tag: 'image',
  properties: {
    src: '',
    mode: 'scaleToFill',
    lazyLoad: false,
    webp: false,
    fadeIn: false,
    fadeShow: false,
    showMenuByLongpress: false,
    forceHttps: false,
    forceHttp: false,
    referrerPolicy: 'no-referrer',
  },
  css: `
    wx-image { display: inline-block; width: 320px; height: 240px; overflow: hidden }
    wx-image > img { display: block; width: 100%; height: 100%; pointer-events: none }
    wx-image > img:is(:not([src]), [data-failed]) { visibility: hidden }
    wx-image[data-mode='widthFix'] { height: auto !important }
    wx-image[data-mode='widthFix'] > img { height: auto }
    wx-image[data-mode='heightFix'] { width: auto !important }
    wx-image[data-mode='heightFix'] > img { width: auto }`,
  create(self) {
    const picture = loadedPicture(self)
    self.dom.append(picture.img)
    self.dom.setAttribute('role', 'img')
    return {
      update(changed) {
        const { mode, lazyLoad } = self.props
        if (changed.has('mode')) {
          self.dom.dataset.mode = mode
          picture.img.style.objectFit = POSITIONS.has(mode) ? 'none' : (FITS[mode] ?? 'fill')
          picture.img.style.objectPosition = POSITIONS.has(mode) ? mode : ''
        }
        if (changed.has('lazyLoad')) picture.img.loading = lazyLoad ? 'lazy' : 'eager'
        if (changed.has('ariaLabel')) picture.img.alt = self.dom.ariaLabel ?? ''
        if (changed.has('src')) picture.load(self.props.src)
      },
      attached: () => picture.attach(self.props.src),
    }
  },
})

/** A picture with the width of its box and its own height; in WeChat it lies above native components. */
export const coverImage = defineElement({
  tag: 'cover-image',
  properties: { src: '', referrerPolicy: 'no-referrer' },
  css: `
    wx-cover-image { display: block; width: 100%; line-height: 1.2; overflow: hidden }
    wx-cover-image > img { display: block; width: 100%; height: 100%; pointer-events: none }
    wx-cover-image > img:is(:not([src]), [data-failed]) { visibility: hidden }`,
  create(self) {
    const picture = loadedPicture(self)
    self.dom.append(picture.img)
    self.dom.setAttribute('role', 'img')
    return {
      update: (changed) => {
        if (changed.has('src')) picture.load(self.props.src)
      },
      attached: () => picture.attach(self.props.src),
    }
  },
})

/** An `<img>` that triggers `load` with the natural size in pixels, or `error` with a reason. */
function loadedPicture(self: Pick<ElementSelf<Properties>, 'host' | 'node' | 'emit'>): {
  img: HTMLImageElement
  load(src: string): void
  attach(src: string): void
} {
  const img = document.createElement('img')
  img.alt = ''
  img.draggable = false
  keepInside(img, 'load', 'error')
  let current: string | undefined
  img.addEventListener('load', () => {
    delete img.dataset.failed
    self.emit('load', { width: img.naturalWidth, height: img.naturalHeight })
  })
  img.addEventListener('error', () => {
    img.dataset.failed = ''
    fail()
  })
  const fail = (): void => self.emit('error', { errMsg: `GET ${current} could not be loaded as a picture` })
  let isAttached = false
  const load = (src: string): void => {
    // The URL may depend on the component around the element, so it is resolved once the element is attached.
    if (!isAttached || src === current) return
    current = src
    const url = src === '' ? undefined : self.host.mediaUrl(src, self.node)
    if (url !== undefined) {
      img.src = url
      return
    }
    img.removeAttribute('src')
    if (src !== '') queueMicrotask(fail)
  }
  const attach = (src: string): void => {
    isAttached = true
    load(src)
  }
  return { img, load, attach }
}
