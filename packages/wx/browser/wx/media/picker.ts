import { WxFailure } from '../../../src/shared/failure.ts'
import { askSheet } from '../ui/dialog.ts'
import { type Layer, make } from '../ui/layer.ts'

export type Source = 'album' | 'camera'

/** What the user may pick. */
export interface PickerWish {
  /** For the file dialog: `image/*`, `video/*` or both. */
  accept: string
  count: number
  sources: readonly Source[]
  camera: 'back' | 'front'
}

/**
 * Lets the user pick files with the browser's own file dialog; before it a sheet asks where from when there is a choice.
 * Fails with `cancel`. Browsers open the dialog only out of a user's tap: when the last one is too long ago, the sheet
 * shows in any case and gives a new one.
 */
export async function pickFiles(layer: Layer, wish: PickerWish): Promise<File[]> {
  const sources: readonly Source[] = wish.sources.length > 0 ? wish.sources : ['album', 'camera']
  const only = sources.length === 1 ? sources[0] : undefined
  if (only !== undefined && navigator.userActivation.isActive) return limited(await openDialog(layer, wish, only), wish)
  // As in WeChat the camera comes first.
  const shown = (['camera', 'album'] as const).filter((source) => sources.includes(source))
  const names = { camera: layer.words('拍摄', 'Take'), album: layer.words('从手机相册选择', 'Choose from Album') }
  let picked: Promise<File[]> | undefined
  const index = await askSheet(
    layer,
    shown.map((source) => names[source]),
    {
      onTap: (tapped) => {
        const source = shown[tapped]
        if (source !== undefined) picked = openDialog(layer, wish, source)
      },
    },
  )
  if (index === undefined || picked === undefined) throw new WxFailure('cancel')
  return limited(await picked, wish)
}

function openDialog(layer: Layer, wish: PickerWish, source: Source): Promise<File[]> {
  const input = make('input', { attributes: { type: 'file', accept: wish.accept, 'aria-hidden': 'true' } })
  input.multiple = source === 'album' && wish.count > 1
  if (source === 'camera') input.setAttribute('capture', wish.camera === 'front' ? 'user' : 'environment')
  input.hidden = true
  layer.root.append(input)
  return new Promise<File[]>((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  }).finally(() => input.remove())
}

/** WeChat's album does not let the user mark more than `count`; a file dialog does, so the rest is left out. */
function limited(files: File[], wish: PickerWish): File[] {
  if (files.length === 0) throw new WxFailure('cancel')
  return files.slice(0, wish.count)
}
