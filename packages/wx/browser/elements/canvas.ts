import { defineElement } from './define.ts'

/** What WeChat's canvas node has in addition to a browser's. */
interface CanvasNode extends HTMLCanvasElement {
  createImage(): HTMLImageElement
  requestAnimationFrame(callback: FrameRequestCallback): number
  cancelAnimationFrame(handle: number): void
  createPath2D(path?: Path2D): Path2D
  createImageData(width: number, height: number): ImageData
}

/**
 * `type="2d"` and WebGL: `fields({ node: true })` returns the `<canvas>` inside. The older context of
 * wx.createCanvasContext is not simulated.
 */
export const canvas = defineElement({
  tag: 'canvas',
  properties: { type: '', canvasId: '', disableScroll: false },
  css: `
    wx-canvas { position: relative; display: block; width: 300px; height: 150px; overflow: hidden }
    wx-canvas > canvas { display: block; width: 100%; height: 100% }`,
  create(self) {
    const node = document.createElement('canvas') as CanvasNode
    node.createImage = () => new Image()
    node.requestAnimationFrame = (callback) => window.requestAnimationFrame(callback)
    node.cancelAnimationFrame = (handle) => window.cancelAnimationFrame(handle)
    node.createPath2D = (path) => new Path2D(path)
    node.createImageData = (width, height) => new ImageData(width, height)
    self.dom.append(node)
    return {
      update(changed) {
        if (changed.has('canvasId')) self.dom.setAttribute('canvas-id', self.props.canvasId)
        if (changed.has('disableScroll')) self.dom.style.touchAction = self.props.disableScroll ? 'none' : ''
      },
    }
  },
})
