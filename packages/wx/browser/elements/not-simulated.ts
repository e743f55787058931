import type { ElementsHost } from '../contracts.ts'
import { type AnyElement, defineElement } from './define.ts'
import { html } from './dom.ts'

interface Missing {
  readonly tag: string
  /** The default size in WeChat. */
  readonly css: string
  /** Attributes that need no warning. */
  readonly properties: readonly string[]
}

const MISSING: readonly Missing[] = [
  { tag: 'web-view', css: 'position: absolute; inset: 0', properties: ['src', 'progressbarColor'] },
  {
    tag: 'map',
    css: 'width: 300px; height: 150px',
    properties:
      'longitude latitude scale minScale maxScale markers covers polyline circles controls includePoints showLocation polygons subkey layerStyle rotate skew enable3d enable3D showCompass showScale enableOverlooking enableAutoMaxOverlooking enableZoom enableScroll enableRotate enableSatellite enableTraffic enablePoi enableBuilding setting'.split(
        ' ',
      ),
  },
  {
    tag: 'camera',
    css: 'width: 100%; height: 300px',
    properties: ['mode', 'resolution', 'devicePosition', 'flash', 'frameSize'],
  },
  {
    tag: 'live-player',
    css: 'width: 300px; height: 225px',
    properties: 'src mode autoplay muted orientation objectFit minCache maxCache soundMode'.split(' '),
  },
  {
    tag: 'live-pusher',
    css: 'width: 300px; height: 225px',
    properties: 'url mode autopush muted enableCamera autoFocus orientation beauty whiteness aspect'.split(' '),
  },
  { tag: 'ad', css: 'width: 100%; height: 90px', properties: ['unitId', 'adIntervals', 'adType', 'adTheme'] },
  { tag: 'ad-custom', css: 'width: 100%; height: 90px', properties: ['unitId', 'adIntervals'] },
  { tag: 'official-account', css: 'width: 100%; height: 84px', properties: [] },
  {
    tag: 'editor',
    css: 'width: 100%; height: 200px',
    properties: ['readOnly', 'placeholder', 'showImgSize', 'showImgToolbar', 'showImgResize'],
  },
  {
    tag: 'voip-room',
    css: 'width: 300px; height: 150px',
    properties: ['openid', 'mode', 'devicePosition', 'objectFit'],
  },
  { tag: 'xr-frame', css: 'width: 300px; height: 150px', properties: [] },
]

/** Elements that need a real phone or WeChat's services: a box with a note. */
export const notSimulated: readonly AnyElement[] = MISSING.map(({ tag, css, properties }) =>
  defineElement({
    tag,
    properties: Object.fromEntries(properties.map((name) => [name, null])),
    css: `wx-${tag} { display: block; ${css}; overflow: hidden }`,
    create(self) {
      const box = html('div', 'element-missing', missingText(self.host, tag))
      box.setAttribute('role', 'note')
      const slot = html('div')
      self.dom.append(box, slot)
      return { slot, attached: () => warnOnce(self.host, tag, `<${tag}> is not simulated here`) }
    },
  }),
)

/** Shows which piece of the user's data would be here. */
export const openData = defineElement({
  tag: 'open-data',
  properties: { type: '', openGid: '', lang: 'en', defaultText: '', defaultAvatar: '' },
  css: 'wx-open-data { display: inline }',
  create(self) {
    return {
      update() {
        self.dom.textContent = self.props.type === 'userNickName' ? '微信用户' : self.props.defaultText
      },
    }
  },
})

/** Page settings in the template. The runtime reads only those in the JSON of the page. */
export const pageSettings: readonly AnyElement[] = ['page-meta', 'navigation-bar'].map((tag) =>
  defineElement({
    tag,
    properties: Object.fromEntries(
      'backgroundTextStyle backgroundColor backgroundColorTop backgroundColorBottom rootBackgroundColor scrollTop scrollDuration pageStyle rootFontSize pageFontSize pageOrientation title loading frontColor colorAnimationDuration colorAnimationTimingFunc'
        .split(' ')
        .map((name) => [name, null]),
    ),
    css: `wx-${tag} { display: contents }`,
    create: (self) => ({ attached: () => warnOnce(self.host, tag, `<${tag}> has no effect here`) }),
  }),
)

const warned = new WeakMap<ElementsHost, Set<string>>()

/** Logs a warning once per tag. */
export function warnOnce(host: ElementsHost, tag: string, message: string): void {
  const known = warned.get(host) ?? new Set()
  warned.set(host, known)
  if (known.has(tag)) return
  known.add(tag)
  console.warn(`[elements] ${message}`)
}

function missingText({ language }: ElementsHost, tag: string): string {
  return language === 'zh_CN' ? `<${tag}>：浏览器中未模拟` : `<${tag}>: not simulated in a browser`
}

export const MISSING_CSS = `
  .element-missing { display: flex; box-sizing: border-box; width: 100%; height: 100%; min-height: 40px; align-items: center; justify-content: center;
    padding: 8px; border: 1px dashed #888; background: repeating-linear-gradient(45deg, rgba(127, 127, 127, .12) 0 8px, transparent 8px 16px); color: light-dark(#666, #aaa); font-size: 13px; text-align: center }
  [data-unknown-element] { display: block }
  [data-unknown-element]::before { content: '<' attr(data-unknown-element) '> ?'; display: inline-block; margin: 2px; padding: 2px 8px; border: 1px dashed #fa5151; color: #fa5151; font: 12px monospace }`
