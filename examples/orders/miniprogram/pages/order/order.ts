import type { ResolvedImage } from '@cloudstead/kit'
import { cloud } from '../../services/cloud'
import { formatTime, isVideo } from '../../services/format'
import { type Note, noteOf } from '../../services/note'
import { findOrder, ORDERS, type Order, removeFiles, removeOrder } from '../../services/orders'
import { common, language, order as t } from '../../texts'

/** A file of the order, as shown on the page. */
interface Picture {
  readonly fileID: string
  readonly url: string
  readonly isVideo: boolean
  readonly validUntil: string
  readonly problem: string
}

type PictureEvent<Detail extends object = object> = WechatMiniprogram.CustomEvent<Detail, object, { index: number }>

function pictureOf(resolved: ResolvedImage): Picture {
  const { fileID, url = '' } = resolved
  if (resolved.error !== undefined) {
    return { fileID, url, isVideo: isVideo(fileID), validUntil: '', problem: resolved.error.hint[language] }
  }
  // Only a signed URL expires.
  const validUntil = url.includes('sign=') ? `${t.validUntil} ${formatTime(resolved.expiresAt)}` : t.public
  return { fileID, url, isVideo: isVideo(fileID), validUntil, problem: '' }
}

Page({
  data: {
    t,
    orderId: '',
    retry: common.retry,
    state: 'loading' as 'loading' | 'ready' | 'missing' | 'failed',
    title: '',
    times: '',
    images: [] as readonly string[],
    pictures: [] as Picture[],
    isEditing: false,
    isUploading: false,
    showsLinks: false,
    note: null as Note | null,
  },

  order: undefined as Order | undefined,
  /** The fileIDs whose URL was already renewed after `<image>` could not load it. */
  renewed: [] as string[],
  /** The write of the last change of the pictures. */
  keeping: undefined as Promise<void> | undefined,

  onLoad({ orderId = '' }: { orderId?: string }) {
    wx.setNavigationBarTitle({ title: t.title })
    this.setData({ orderId })
  },

  /** Runs each time the page is shown, because temporary URLs expire. */
  onShow() {
    this.load()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  async load() {
    const found = await findOrder(this.data.orderId)
    if (!found.ok) return this.setData({ state: this.order ? 'ready' : 'failed', note: noteOf(found.error) })
    const { order } = found
    this.order = order
    if (order === undefined) return this.setData({ state: 'missing', note: null })
    const { title, images = [], createdAt, updatedAt } = order
    const created = `${t.created} ${formatTime(createdAt)}`
    const times = updatedAt === undefined ? created : `${created}\n${t.updated} ${formatTime(updatedAt)}`
    const isSame = images.join() === this.data.images.join()
    this.setData({ state: 'ready', title, times, note: null, ...(isSame ? {} : { images }) })
    await this.resolve(images)
  },

  async resolve(images: readonly string[]) {
    this.renewed = []
    const resolved = await cloud.resolveImages(images)
    this.setData({ pictures: resolved.map(pictureOf) })
  },

  /** The URL may have expired: tries once with a new one, then shows the error. */
  async onImageError(event: PictureEvent) {
    const { index } = event.currentTarget.dataset
    const picture = this.data.pictures[index]
    if (picture === undefined) return
    if (this.renewed.includes(picture.fileID)) {
      return this.setData({ [`pictures[${index}].problem`]: t.notLoaded })
    }
    this.renewed.push(picture.fileID)
    // `<image>` loads the same URL again only after another value.
    this.setData({ [`pictures[${index}].url`]: '' })
    const renewed = pictureOf(await cloud.refresh(picture.fileID))
    if (this.data.pictures[index]?.fileID === picture.fileID) this.setData({ [`pictures[${index}]`]: renewed })
  },

  onPreview(event: PictureEvent) {
    const { pictures } = this.data
    const current = pictures[event.currentTarget.dataset.index]?.url ?? ''
    const urls = pictures.flatMap(({ url, isVideo }) => (isVideo || url === '' ? [] : [url]))
    if (urls.includes(current)) wx.previewImage({ urls, current })
  },

  onEdit() {
    this.setData({ isEditing: !this.data.isEditing })
  },

  /** Closing the uploader would stop its uploads. */
  onStatus({ detail: { uploading } }: WechatMiniprogram.CustomEvent<{ uploading: number }>) {
    this.setData({ isUploading: uploading > 0 })
  },

  /** Saves each upload and removal of `<cloud-uploader>` in the order. */
  async onChange({ detail: { fileIDs } }: WechatMiniprogram.CustomEvent<{ fileIDs: string[] }>) {
    const dropped = this.data.images.filter((fileID) => !fileIDs.includes(fileID))
    this.setData({ images: fileIDs })
    // Sequentially, so that the later of two changes is written last.
    this.keeping = (this.keeping ?? Promise.resolve()).then(() => this.keep(fileIDs, dropped))
    await this.keeping
  },

  async keep(fileIDs: readonly string[], dropped: readonly string[]): Promise<void> {
    const saved = await cloud.saveFileIDs(ORDERS, this.data.orderId, 'images', fileIDs)
    if (!saved.ok) return this.setData({ note: noteOf(saved.error) })
    if (this.order !== undefined) this.order = { ...this.order, images: fileIDs }
    // Afterwards, because an order must never refer to a deleted file.
    const removed = await removeFiles(dropped)
    if (!removed.ok) this.setData({ note: noteOf(removed.error) })
    await this.resolve(fileIDs)
  },

  onToggleLinks() {
    this.setData({ showsLinks: !this.data.showsLinks })
  },

  async onDelete() {
    const { order } = this
    if (order === undefined) return
    const { confirm } = await wx.showModal({ title: t.remove, content: t.removeQuestion, confirmColor: '#fa5151' })
    if (!confirm) return
    const removed = await removeOrder(order)
    if (!removed.ok) return this.setData({ note: noteOf(removed.error) })
    wx.showToast({ title: t.removed, icon: 'success' })
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/orders/orders' })
  },
})
