import { WxFailure } from '../../../src/shared/failure.ts'
import { type Layer, make } from './layer.ts'

/** The distance of a swipe, and the maximum distance of a tap, in pixels. */
const SWIPE_PX = 50
const TAP_PX = 8

/** One picture or video of a preview. */
export interface PreviewSource {
  url: string
  type: 'image' | 'video'
  poster?: string | undefined
}

/** Shows pictures and videos on the whole screen, starting with `current`; a tap or Escape closes. */
export function showPreview(layer: Layer, sources: readonly PreviewSource[], current: number): void {
  if (sources.length === 0) throw new WxFailure('parameter error: parameter.urls should have at least 1 item;')
  let at = Math.min(Math.max(current, 0), sources.length - 1)
  const track = make('div', { class: 'wxui-preview-track' }, ...sources.map((source) => slide(source, layer)))
  const count = make('div', { class: 'wxui-preview-count', attributes: { 'aria-live': 'polite' } })
  const turnTo = (index: number): void => {
    at = Math.min(Math.max(index, 0), sources.length - 1)
    track.style.transform = `translateX(${-100 * at}%)`
    count.textContent = sources.length > 1 ? `${at + 1} / ${sources.length}` : ''
    for (const [number, element] of [...track.children].entries()) {
      element.toggleAttribute('inert', number !== at)
      if (number !== at) element.querySelector('video')?.pause()
    }
    before.hidden = at === 0
    after.hidden = at === sources.length - 1
  }
  const turner = (sign: number, text: string, label: string): HTMLButtonElement =>
    make('button', {
      class: 'wxui-preview-turn',
      text,
      attributes: { type: 'button', 'aria-label': label },
      style: { [sign < 0 ? 'left' : 'right']: '12px' },
      onTap: () => turnTo(at + sign),
    })
  const before = turner(-1, '‹', layer.words('上一张', 'Previous'))
  const after = turner(1, '›', layer.words('下一张', 'Next'))
  const close = make('button', {
    class: 'wxui-preview-close',
    text: '×',
    attributes: { type: 'button', 'aria-label': layer.words('关闭', 'Close'), 'data-autofocus': '' },
    onTap: () => shown.close(),
  })
  const view = make(
    'div',
    {
      class: 'wxui-mask wxui-preview',
      attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': layer.words('预览', 'Preview') },
    },
    track,
    count,
    before,
    after,
    close,
  )
  view.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') turnTo(at - 1)
    if (key === 'ArrowRight') turnTo(at + 1)
  })
  followFinger(view, track, {
    moved: (distance) => turnTo(at + (distance < -SWIPE_PX ? 1 : distance > SWIPE_PX ? -1 : 0)),
    offset: (distance) => `translateX(calc(${-100 * at}% + ${distance}px))`,
    tapped: () => shown.close(),
  })
  turnTo(at)
  const shown = layer.show(view, () => shown.close())
}

function slide(source: PreviewSource, layer: Layer): HTMLElement {
  if (source.type === 'video') {
    const poster = source.poster === undefined ? {} : { poster: source.poster }
    const video = make('video', { attributes: { src: source.url, controls: '', playsinline: '', ...poster } })
    return make('div', { class: 'wxui-preview-slide' }, video)
  }
  const image = make('img', { attributes: { src: source.url, alt: '', draggable: 'false' } })
  const holder = make('div', { class: 'wxui-preview-slide' }, image)
  image.addEventListener('error', () => {
    const text = layer.words('图片加载失败', 'This picture cannot be shown')
    holder.replaceChildren(make('span', { class: 'wxui-preview-gone', text }))
  })
  return holder
}

interface FingerHooks {
  moved: (distance: number) => void
  offset: (distance: number) => string
  tapped: () => void
}

function followFinger(view: HTMLElement, track: HTMLElement, hooks: FingerHooks): void {
  let start: { x: number; y: number } | undefined
  view.addEventListener('pointerdown', ({ target, clientX, clientY }) => {
    const onControl = target instanceof Element && target.closest('button, video') !== null
    start = onControl ? undefined : { x: clientX, y: clientY }
  })
  view.addEventListener('pointermove', ({ clientX }) => {
    if (start === undefined) return
    track.style.transition = 'none'
    track.style.transform = hooks.offset(clientX - start.x)
  })
  view.addEventListener('pointerup', ({ clientX, clientY }) => {
    if (start === undefined) return
    const [x, y] = [clientX - start.x, clientY - start.y]
    start = undefined
    track.style.transition = ''
    if (Math.hypot(x, y) < TAP_PX) hooks.tapped()
    else hooks.moved(x)
  })
}
