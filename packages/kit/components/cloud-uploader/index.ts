import { connected, hintFor, type KitError, pickMedia } from '@cloudstead/kit'
import { systemLanguage } from '../shared/language.ts'
import { TEXTS } from './texts.ts'
import { createUploadList, type UploadItem, type UploadList } from './upload-list.ts'

/** The maximum of WeChat's picker. */
const MAX_PICK = 20
const DEFAULT_MAX = 9

type MediaType = 'image' | 'video' | 'mix'

/** A tile as the template renders it. */
interface Tile extends UploadItem {
  readonly label: string
}

interface Data extends Record<string, unknown> {
  tiles: readonly Tile[]
  canAdd: boolean
  addLabel: string
  problem: string
  needsSetting: boolean
  t: { readonly remove: string; readonly retry: string; readonly waiting: string; readonly openSetting: string }
}

interface Properties extends WechatMiniprogram.Component.PropertyOption {
  value: ArrayConstructor
  max: { type: NumberConstructor; value: number }
  count: NumberConstructor
  columns: { type: NumberConstructor; value: number }
  mediaType: { type: StringConstructor; value: string }
  orderId: StringConstructor
  compress: BooleanConstructor
  disabled: BooleanConstructor
}

type TileEvent = WechatMiniprogram.TouchEvent<object, object, { key: string }>

interface Methods extends WechatMiniprogram.Component.MethodOption {
  draw(): void
  showError(error: KitError): void
  onAdd(): Promise<void>
  onTile(event: TileEvent): Promise<void>
  onRemove(event: TileEvent): void
  onOpenSetting(): void
}

/** The fields of an instance besides its data. */
type Own = { list?: UploadList; language?: 'zh' | 'en'; status?: string }

/**
 * `<cloud-uploader value="{{fileIDs}}" max="9" bind:change="onChange">`: a grid of pictures that uploads what the user
 * adds and passes their fileIDs to the page: `event.detail.fileIDs`.
 */
Component<Data, Properties, Methods, [], Own>({
  properties: {
    /** The fileIDs of the stored files. */
    value: Array,
    max: { type: Number, value: DEFAULT_MAX },
    /** Maximum number of files per use of the picker; 0: up to `max`. */
    count: Number,
    columns: { type: Number, value: 3 },
    /** `image`, `video` or `mix`. */
    mediaType: { type: String, value: 'image' },
    /** Puts the files under `users/{id}/orders/{orderId}/`. */
    orderId: String,
    compress: Boolean,
    disabled: Boolean,
  },
  data: {
    tiles: [],
    canAdd: true,
    addLabel: '',
    problem: '',
    needsSetting: false,
    t: { remove: '', retry: '', waiting: '', openSetting: '' },
  },
  lifetimes: {
    attached() {
      this.language = systemLanguage()
      const { remove, retry, waiting, openSetting } = TEXTS[this.language]
      this.setData({ t: { remove, retry, waiting, openSetting } })
      this.list = createUploadList({
        cloud: connected,
        show: () => this.draw(),
        change: (fileIDs) => this.triggerEvent('change', { fileIDs }),
        fail: (error) => this.showError(error),
      })
      this.list.setValue(this.data.value)
      this.draw()
    },
    detached() {
      this.list?.dispose()
    },
  },
  observers: {
    value(fileIDs: readonly string[]) {
      this.list?.setValue(fileIDs)
    },
    'max, mediaType, disabled'() {
      this.draw()
    },
  },
  methods: {
    draw() {
      const { list, language } = this
      if (list === undefined || language === undefined) return
      const t = TEXTS[language]
      const { max, disabled, mediaType } = this.data
      const tiles = list.items.map((item, index) => ({
        ...item,
        label: `${item.isVideo ? `${t.video}, ` : ''}${t.tile[item.state](index + 1, item.progress)}`,
      }))
      const left = Math.max(0, max - tiles.length)
      const addLabel = `${t.add[mediaType as MediaType] ?? t.add.mix}, ${t.left(left)}`
      const busy = tiles.filter(({ state }) => state === 'waiting' || state === 'uploading').length
      const failed = tiles.filter(({ state }) => state === 'failed').length
      this.setData({ tiles, canAdd: left > 0 && !disabled, addLabel, ...(failed === 0 ? { problem: '' } : {}) })
      const status = `${busy} ${failed}`
      if (status !== (this.status ?? '0 0')) this.triggerEvent('status', { uploading: busy, failed })
      this.status = status
    },
    showError(error) {
      const needsSetting = error.code === 'PERMISSION_MISSING'
      this.setData({ problem: hintFor(error.code)[this.language ?? 'en'], needsSetting })
      this.triggerEvent('error', { error })
    },
    async onAdd() {
      const { max, count, mediaType, orderId, compress } = this.data
      const left = max - (this.list?.items.length ?? 0)
      const picked = await pickMedia({
        count: Math.min(left, count > 0 ? count : left, MAX_PICK),
        mediaType: mediaType as MediaType,
        compress,
      })
      if (picked.ok) {
        this.setData({ problem: '', needsSetting: false })
        this.list?.add(picked.files, orderId === '' ? undefined : orderId)
      } else if (picked.error.code !== 'CANCELLED') this.showError(picked.error)
    },
    async onTile(event) {
      const { list } = this
      const item = list?.items.find(({ key }) => key === event.currentTarget.dataset.key)
      if (list === undefined || item === undefined) return
      if (item.state === 'failed') return list.retry(item.key)
      const current = list.items.indexOf(item)
      const remote = list.items.flatMap(({ path, fileID }) => (path === '' ? [fileID] : []))
      const resolved = (await connected()?.resolveImages(remote)) ?? []
      const urls = new Map(resolved.map(({ fileID, url }) => [fileID, url]))
      const sources = list.items.map(({ path, fileID, isVideo }) => ({
        url: path === '' ? (urls.get(fileID) ?? '') : path,
        type: isVideo ? ('video' as const) : ('image' as const),
      }))
      const chosen = sources[current]
      if (chosen === undefined || chosen.url === '') return
      const shown = sources.filter(({ url }) => url !== '')
      if (shown.some(({ type }) => type === 'video')) {
        wx.previewMedia({ sources: shown, current: shown.indexOf(chosen) })
      } else wx.previewImage({ urls: shown.map(({ url }) => url), current: chosen.url })
    },
    onRemove(event) {
      this.list?.remove(event.currentTarget.dataset.key)
    },
    onOpenSetting() {
      wx.openSetting()
    },
  },
})
