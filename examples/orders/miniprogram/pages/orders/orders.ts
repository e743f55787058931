import { formatTime, isVideo } from '../../services/format'
import { type Note, noteOf } from '../../services/note'
import { listOrders, type Order } from '../../services/orders'
import { common, orders as t } from '../../texts'

const PAGE_SIZE = 20

interface Row {
  readonly id: string
  readonly title: string
  readonly details: string
  /** The fileID of the first picture, or empty. */
  readonly cover: string
  readonly hasVideoOnly: boolean
}

function rowOf({ _id, title, images = [], createdAt }: Order): Row {
  const cover = images.find((fileID) => !isVideo(fileID)) ?? ''
  const details = `${t.files(images.length)} · ${formatTime(createdAt)}`
  return { id: _id, title, details, cover, hasVideoOnly: cover === '' && images.length > 0 }
}

Page({
  data: {
    t,
    retry: common.retry,
    state: 'loading' as 'loading' | 'ready' | 'failed',
    rows: [] as Row[],
    isComplete: false,
    note: null as Note | null,
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.title })
  },

  /** Also runs when the user returns from an order, which may have changed. */
  onShow() {
    this.load()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    if (this.data.state === 'ready' && !this.data.isComplete) this.loadMore()
  },

  async load() {
    const found = await listOrders(0, PAGE_SIZE)
    if (!found.ok) {
      this.setData({ state: this.data.rows.length > 0 ? 'ready' : 'failed', note: noteOf(found.error) })
      return
    }
    const { orders } = found
    this.setData({ state: 'ready', rows: orders.map(rowOf), isComplete: orders.length < PAGE_SIZE, note: null })
  },

  async loadMore() {
    const { rows } = this.data
    const found = await listOrders(rows.length, PAGE_SIZE)
    // The list may have been reloaded in the meantime.
    if (this.data.rows !== rows) return
    if (!found.ok) this.setData({ note: noteOf(found.error) })
    else {
      const { orders } = found
      this.setData({ rows: [...rows, ...orders.map(rowOf)], isComplete: orders.length < PAGE_SIZE, note: null })
    }
  },

  onOpen(event: WechatMiniprogram.TouchEvent<object, object, { id: string }>) {
    wx.navigateTo({ url: `/pages/order/order?orderId=${encodeURIComponent(event.currentTarget.dataset.id)}` })
  },

  onNewOrder() {
    wx.navigateTo({ url: '/pages/new-order/new-order' })
  },
})
