/** The texts of the uploader, in both languages. Positions count from 1. */
export const TEXTS = {
  zh: {
    add: { image: '添加图片', video: '添加视频', mix: '添加图片或视频' },
    left: (left: number) => `还可添加 ${left} 个`,
    remove: '移除',
    retry: '重试',
    waiting: '等待中',
    video: '视频',
    openSetting: '打开设置',
    tile: {
      waiting: (position: number) => `第 ${position} 个，等待上传`,
      uploading: (position: number, progress: number) => `第 ${position} 个，已上传 ${progress}%`,
      done: (position: number) => `第 ${position} 个，已上传，点按预览`,
      failed: (position: number) => `第 ${position} 个，上传失败，点按重试`,
    },
  },
  en: {
    add: { image: 'Add pictures', video: 'Add a video', mix: 'Add pictures or videos' },
    left: (left: number) => `${left} more possible`,
    remove: 'Remove',
    retry: 'Retry',
    waiting: 'Waiting',
    video: 'Video',
    openSetting: 'Open settings',
    tile: {
      waiting: (position: number) => `Number ${position}, waiting to be uploaded`,
      uploading: (position: number, progress: number) => `Number ${position}, ${progress}% uploaded`,
      done: (position: number) => `Number ${position}, uploaded, tap to preview`,
      failed: (position: number) => `Number ${position}, upload failed, tap to retry`,
    },
  },
}
