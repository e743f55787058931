import { connected } from '@cloudstead/kit'
import { systemLanguage } from '../shared/language.ts'
import { createPicture, type Picture, type PictureSource } from './picture.ts'

const TEXTS = {
  zh: { loading: '图片加载中', failed: '图片加载失败，点按重试', picture: '图片' },
  en: { loading: 'Loading picture', failed: 'Picture not loaded, tap to retry', picture: 'Picture' },
}

interface Data extends Record<string, unknown> {
  state: Picture['state']
  url: string
  t: (typeof TEXTS)['zh']
}

interface Properties extends WechatMiniprogram.Component.PropertyOption {
  fileId: StringConstructor
  mode: { type: StringConstructor; value: string }
  lazyLoad: BooleanConstructor
  label: StringConstructor
}

interface Methods extends WechatMiniprogram.Component.MethodOption {
  onLoad(event: WechatMiniprogram.ImageLoad): void
  onError(event: WechatMiniprogram.ImageError): void
  onRetry(): void
}

/** The fields of an instance besides its data. */
type Own = { source?: PictureSource }

/**
 * `<cloud-image file-id="{{fileID}}" mode="aspectFill" lazy-load label="..." bind:load bind:error>`: an `<image>` for a
 * fileID. It gets the URL from the kit's connection; all pictures of a page share one request.
 */
Component<Data, Properties, Methods, [], Own>({
  externalClasses: ['image-class'],
  properties: {
    fileId: String,
    mode: { type: String, value: 'aspectFill' },
    lazyLoad: Boolean,
    /** Describes the picture for screen readers. */
    label: String,
  },
  data: { state: 'empty', url: '', t: TEXTS.zh },
  lifetimes: {
    attached() {
      this.setData({ t: TEXTS[systemLanguage()] })
      this.source = createPicture({
        cloud: connected,
        show: ({ state, url }) => this.setData({ state, url }),
        fail: (error) => this.triggerEvent('error', { fileID: this.data.fileId, error }),
      })
      if (this.data.fileId !== '') this.source.setFileID(this.data.fileId)
    },
    detached() {
      this.source?.dispose()
    },
  },
  pageLifetimes: {
    show() {
      this.source?.setVisible(true)
    },
    hide() {
      this.source?.setVisible(false)
    },
  },
  observers: {
    fileId(fileID: string) {
      this.source?.setFileID(fileID)
    },
  },
  methods: {
    onLoad({ detail: { width, height } }) {
      this.source?.loaded()
      this.triggerEvent('load', { fileID: this.data.fileId, width, height })
    },
    onError({ detail }) {
      this.source?.broken(detail.errMsg)
    },
    onRetry() {
      this.source?.retry()
    },
  },
})
