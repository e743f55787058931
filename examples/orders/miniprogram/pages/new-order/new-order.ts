import { type KitError, pickMedia, type UploadProgress, type UploadRun } from '@cloudstead/kit'
import { cloud } from '../../services/cloud'
import { formatSize } from '../../services/format'
import { type Note, noteOf } from '../../services/note'
import { createOrder, ORDERS } from '../../services/orders'
import { common, newOrder as t } from '../../texts'
import { chosenTile, movingTile, settledTile, type Tile } from './tile'

const MAX_FILES = 9

type TileEvent = WechatMiniprogram.TouchEvent<object, object, { key: string }>

Page({
  data: {
    t,
    openSetting: common.openSetting,
    max: MAX_FILES,
    title: '',
    titleProblem: '',
    filesProblem: '',
    tiles: [] as Tile[],
    /** `stopped`: only some of the files are stored. */
    phase: 'editing' as 'editing' | 'uploading' | 'saving' | 'stopped',
    progress: 0,
    progressText: '',
    summary: '',
    note: null as Note | null,
    noteAction: '',
  },

  orderId: '',
  /** The number of files in the order. */
  kept: 0,
  run: undefined as UploadRun | undefined,

  onLoad() {
    wx.setNavigationBarTitle({ title: t.title })
  },

  /** The page is closed, so the upload is stopped. */
  onUnload() {
    this.run?.abort()
  },

  onTitle(event: WechatMiniprogram.Input) {
    this.setData({ title: event.detail.value, titleProblem: '' })
  },

  async onAdd() {
    const { tiles } = this.data
    const picked = await pickMedia({ count: MAX_FILES - tiles.length, mediaType: 'mix', compress: true })
    if (picked.ok) {
      this.setData({ tiles: [...tiles, ...picked.files.map(chosenTile)], filesProblem: '', note: null, noteAction: '' })
    } else if (picked.error.code !== 'CANCELLED') this.fail(picked.error)
  },

  onRemove(event: TileEvent) {
    const { key } = event.currentTarget.dataset
    this.setData({ tiles: this.data.tiles.filter((tile) => tile.key !== key) })
  },

  /** A tap on a failed file uploads it again. */
  onTile(event: TileEvent) {
    const tile = this.data.tiles.find(({ key }) => key === event.currentTarget.dataset.key)
    if (tile?.state === 'failed' && this.run === undefined) this.upload([tile])
    else if (tile !== undefined && !tile.isVideo) wx.previewImage({ urls: [tile.thumb] })
  },

  onSubmit() {
    const { title, tiles } = this.data
    const titleProblem = title.trim() === '' ? t.nameMissing : ''
    const filesProblem = tiles.length === 0 ? t.filesMissing : ''
    this.setData({ titleProblem, filesProblem })
    if (titleProblem === '' && filesProblem === '') this.upload(tiles.filter(({ state }) => state !== 'done'))
  },

  onCancel() {
    this.run?.abort()
  },

  async onFinish() {
    if (await this.keep(this.data.tiles)) this.open()
  },

  onNoteAction() {
    wx.openSetting()
  },

  /** The recipe: uploads each file, then saves the fileIDs in the order. */
  async upload(chosen: readonly Tile[]) {
    this.setData({ phase: 'uploading', progress: 0, progressText: '', summary: '', note: null, noteAction: '' })
    if (this.orderId === '') {
      const created = await createOrder(this.data.title.trim())
      if (!created.ok) return this.fail(created.error)
      this.orderId = created.id
    }

    const keys = chosen.map(({ key }) => key)
    this.run = cloud.uploadAll(
      chosen.map(({ file }) => file),
      { orderId: this.orderId, onProgress: (progress) => this.showProgress(keys, progress) },
    )
    const results = await this.run.done
    this.run = undefined
    const tiles = this.data.tiles.map((tile) => {
      const result = results[keys.indexOf(tile.key)]
      return result === undefined ? tile : settledTile(tile, result)
    })
    this.setData({ tiles })
    await this.save(tiles)
  },

  /** Called even if files failed or the user stopped the upload: stored files belong to the order. */
  async save(tiles: readonly Tile[]) {
    if (!(await this.keep(tiles))) return
    if (this.kept === tiles.length) {
      wx.showToast({ title: t.saved, icon: 'success' })
      this.open()
      return
    }
    const failed = tiles.filter(({ state }) => state === 'failed')
    this.setData({
      phase: failed.length > 0 ? 'stopped' : 'editing',
      summary: failed.length > 0 ? t.partly(this.kept, failed.length) : t.cancelled,
      note: failed[0]?.note ?? null,
    })
  },

  /** Writes the fileIDs of the stored files to the order; returns false if that failed. */
  async keep(tiles: readonly Tile[]): Promise<boolean> {
    const fileIDs = tiles.flatMap(({ fileID }) => (fileID === '' ? [] : [fileID]))
    if (fileIDs.length === this.kept) return true
    console.info('uploaded', fileIDs)
    this.setData({ phase: 'saving' })
    const saved = await cloud.saveFileIDs(ORDERS, this.orderId, 'images', fileIDs)
    if (saved.ok) this.kept = fileIDs.length
    else this.fail(saved.error)
    return saved.ok
  },

  open() {
    wx.redirectTo({ url: `/pages/order/order?orderId=${encodeURIComponent(this.orderId)}` })
  },

  showProgress(keys: readonly string[], { progress, sent, total, done, files }: UploadProgress) {
    const tiles = this.data.tiles.map((tile) => {
      const file = files[keys.indexOf(tile.key)]
      return file === undefined ? tile : movingTile(tile, file)
    })
    const progressText = t.progress(done, files.length, formatSize(sent), formatSize(total))
    this.setData({ tiles, progress, progressText })
  },

  fail(error: KitError) {
    const noteAction = error.code === 'PERMISSION_MISSING' ? common.openSetting : ''
    const isPartly = this.data.tiles.some(({ state }) => state === 'done')
    this.setData({ phase: isPartly ? 'stopped' : 'editing', note: noteOf(error), noteAction })
  },
})
