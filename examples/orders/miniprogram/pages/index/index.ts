import { endpoint, env } from '../../config'
import { cloud } from '../../services/cloud'
import { type Note, noteOf } from '../../services/note'
import { common, index as t } from '../../texts'

Page({
  data: {
    t,
    retry: common.retry,
    state: 'loggingIn' as 'loggingIn' | 'loggedIn' | 'failed',
    userId: '',
    env,
    server: endpoint ?? 'CloudBase',
    note: null as Note | null,
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.title })
    this.logIn()
  },

  async logIn() {
    this.setData({ state: 'loggingIn', note: null })
    const user = await cloud.ensureLogin()
    if (user.ok) this.setData({ state: 'loggedIn', userId: user.id })
    else this.setData({ state: 'failed', note: noteOf(user.error) })
  },

  onNewOrder() {
    wx.navigateTo({ url: '/pages/new-order/new-order' })
  },

  onOrders() {
    wx.navigateTo({ url: '/pages/orders/orders' })
  },

  onErrors() {
    wx.navigateTo({ url: '/pages/errors/errors' })
  },
})
