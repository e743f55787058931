/** What the kit uses of `wx`. `wechat.check.ts` checks that it matches WeChat's official declarations. */

export interface WxFailure {
  readonly errMsg: string
  readonly errno?: number | undefined
}

interface Callbacks<Answer> {
  success: (answer: Answer) => void
  fail: (failure: WxFailure) => void
}

interface UploadTask {
  abort(): void
  onProgressUpdate(listener: (event: { readonly progress: number }) => void): void
}

export interface UploadRequest extends Callbacks<{ readonly statusCode: number; readonly data: string }> {
  readonly url: string
  readonly filePath: string
  readonly name: string
  readonly formData: Record<string, string>
  /** Milliseconds. */
  readonly timeout: number
}

export interface ChosenFile {
  readonly tempFilePath: string
  readonly size: number
  readonly fileType: string
  readonly width?: number
  readonly height?: number
  readonly duration?: number
  readonly thumbTempFilePath?: string
}

export interface ChooseRequest {
  readonly count: number
  readonly mediaType: ('image' | 'video' | 'mix')[]
  readonly sourceType: ('album' | 'camera')[]
  readonly sizeType: ('original' | 'compressed')[]
  readonly maxDuration?: number
  readonly camera?: 'back' | 'front'
}

export interface Wechat {
  uploadFile(request: UploadRequest): UploadTask
  chooseMedia(request: ChooseRequest & Callbacks<{ readonly tempFiles: readonly ChosenFile[] }>): unknown
  compressImage(
    request: { readonly src: string; readonly quality: number } & Callbacks<{ readonly tempFilePath: string }>,
  ): unknown
  getImageInfo(
    request: { readonly src: string } & Callbacks<{ readonly width: number; readonly height: number }>,
  ): unknown
  getFileSystemManager(): {
    stat(request: { readonly path: string } & Callbacks<{ readonly stats: unknown }>): void
  }
  getAccountInfoSync(): { readonly miniProgram: { readonly appId: string } }
  onAppHide(listener: () => void): void
  onAppShow(listener: () => void): void
}

declare const wx: Wechat

/** The global `wx`, looked up when it is needed. */
export function phone(): Wechat {
  return wx
}

/** Turns a call with callbacks into a promise, which rejects with the argument of `fail`. */
export function called<Answer>(start: (callbacks: Callbacks<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    start({ success: resolve, fail: reject })
  })
}
