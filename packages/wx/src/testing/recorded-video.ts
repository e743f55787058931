/** JavaScript for a page: half a second of a moving square, recorded by the browser; a promise of a Blob. */
export const RECORDED_VIDEO = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
  const context = canvas.getContext('2d')
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' })
  const pieces = []
  recorder.ondataavailable = ({ data }) => pieces.push(data)
  const stopped = new Promise((resolve) => { recorder.onstop = resolve })
  recorder.start()
  for (let x = 0; x < 15; x += 1) {
    context.fillStyle = 'white'; context.fillRect(0, 0, 64, 48)
    context.fillStyle = 'red'; context.fillRect(x * 3, 10, 20, 20)
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  recorder.stop()
  await stopped
  return new Blob(pieces, { type: 'video/webm' })
})()`
