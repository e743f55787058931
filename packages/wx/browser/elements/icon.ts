import { defineElement } from './define.ts'

interface Shape {
  /** SVG path in a box of 24 by 24. */
  readonly path: string
  readonly color: string
}

const DISC = 'M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22Z'
const RING = `${DISC}m0 1.4a9.6 9.6 0 1 0 0 19.2 9.6 9.6 0 0 0 0-19.2Z`
const TICK = 'M10.4 16.7l-4.6-4.5 1.1-1.2 3.5 3.3 6.8-7 1.2 1.1Z'
const BANG = 'M11.1 6h1.8l-.25 7.5h-1.3ZM12 15.2a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2Z'
const LETTER_I = 'M12 6.2a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2ZM11.3 10h1.4v7.5h-1.4Z'
const CROSS = 'M8 7l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4Z'

const SHAPES: Readonly<Record<string, Shape>> = {
  success: { path: DISC + TICK, color: '#07c160' },
  success_no_circle: { path: 'm9.6 18.6-6.4-6.3 1.3-1.4 5.1 5 9.7-9.9 1.3 1.4Z', color: '#07c160' },
  info: { path: DISC + LETTER_I, color: '#10aeff' },
  warn: { path: DISC + BANG, color: '#fa5151' },
  waiting: { path: `${DISC}M11.3 6v7l4.8 2.8.7-1.2-4.1-2.4V6Z`, color: '#10aeff' },
  cancel: { path: RING + CROSS, color: '#fa5151' },
  clear: { path: DISC + CROSS, color: '#b2b2b2' },
  download: {
    path: `${RING}M11.3 6v7.6L8.6 11l-1 1 4.4 4.4 4.4-4.4-1-1-2.7 2.6V6ZM7.5 17.4h9v1.3h-9Z`,
    color: '#07c160',
  },
  search: {
    path: 'M10.5 3a7.5 7.5 0 0 1 5.9 12.1l4.4 4.4-1.2 1.2-4.4-4.4A7.5 7.5 0 1 1 10.5 3Zm0 1.6a5.9 5.9 0 1 0 0 11.8 5.9 5.9 0 0 0 0-11.8Z',
    color: '#b2b2b2',
  },
  circle: { path: RING, color: '#c9c9c9' },
  info_circle: { path: RING + LETTER_I, color: '#10aeff' },
}

const SVG = 'http://www.w3.org/2000/svg'

export const icon = defineElement({
  tag: 'icon',
  properties: { type: '', size: '23', color: '' },
  css: `
    wx-icon { display: inline-block; font-size: 0; vertical-align: middle }
    wx-icon > svg { display: block; fill: currentColor; fill-rule: evenodd }`,
  create(self) {
    const svg = document.createElementNS(SVG, 'svg')
    const path = document.createElementNS(SVG, 'path')
    svg.setAttribute('viewBox', '0 0 24 24')
    svg.append(path)
    self.dom.append(svg)
    self.dom.setAttribute('role', 'img')
    return {
      update() {
        const { type, size, color } = self.props
        const shape = SHAPES[type]
        path.setAttribute('d', shape?.path ?? '')
        svg.style.color = color === '' ? (shape?.color ?? '') : color
        const length = /^[\d.]+$/.test(size) ? `${size}px` : size
        svg.style.width = length
        svg.style.height = length
      },
    }
  },
})
