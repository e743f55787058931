import { WxFailure } from '../../../src/shared/failure.ts'
import { askSheet } from '../ui/dialog.ts'
import { type Layer, make } from '../ui/layer.ts'

export type Source = 'album' | 'camera'

/** What the user may pick. */
export interface PickerOptions {
  /** For the file dialog: `image/*`, `video/*` or both. */
  accept: string
  count: number
  sources: readonly Source[]
  camera: 'back' | 'front'
}

/**
 * Lets the user pick files with the file dialog of the browser, after a sheet if there is a choice of sources. Fails with
 * `cancel`. Browsers open the dialog only after a recent tap, so the sheet is also shown if there was none.
 */
export async function pickFiles(layer: Layer, options: PickerOptions): Promise<File[]> {
  const sources: readonly Source[] = options.sources.length > 0 ? options.sources : ['album', 'camera']
  const only = sources.length === 1 ? sources[0] : undefined
  if (only !== undefined && navigator.userActivation.isActive)
    return limited(await openDialog(layer, options, only), options)
  // As in WeChat, the camera comes first.
  const shown = (['camera', 'album'] as const).filter((source) => sources.includes(source))
  const names = { camera: layer.words('拍摄', 'Take'), album: layer.words('从手机相册选择', 'Choose from Album') }
  let picked: Promise<File[]> | undefined
  const index = await askSheet(
    layer,
    shown.map((source) => names[source]),
    {
      onTap: (tapped) => {
        const source = shown[tapped]
        if (source !== undefined) picked = openDialog(layer, options, source)
      },
    },
  )
  if (index === undefined || picked === undefined) throw new WxFailure('cancel')
  return limited(await picked, options)
}

function openDialog(layer: Layer, options: PickerOptions, source: Source): Promise<File[]> {
  const input = make('input', { attributes: { type: 'file', accept: options.accept, 'aria-hidden': 'true' } })
  input.multiple = source === 'album' && options.count > 1
  if (source === 'camera') input.setAttribute('capture', options.camera === 'front' ? 'user' : 'environment')
  input.hidden = true
  layer.root.append(input)
  return new Promise<File[]>((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  }).finally(() => input.remove())
}

/** WeChat's album limits the selection to `count`; a file dialog does not, so the rest is dropped. */
function limited(files: File[], options: PickerOptions): File[] {
  if (files.length === 0) throw new WxFailure('cancel')
  return files.slice(0, options.count)
}
