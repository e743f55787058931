import { cloud } from '../../cloud'

Page({
  data: { fileIDs: [] as string[] },

  async onChange({ detail }: WechatMiniprogram.CustomEvent<{ fileIDs: string[] }>) {
    this.setData({ fileIDs: detail.fileIDs })
    await cloud.saveFileIDs('orders', '1', 'images', detail.fileIDs)
  },
})
