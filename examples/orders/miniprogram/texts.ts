/** All texts of the program, in Chinese and English; the language of the phone decides. */

type Language = 'zh' | 'en'

function systemLanguage(): Language {
  return wx.getAppBaseInfo().language.startsWith('zh') ? 'zh' : 'en'
}

export const language: Language = systemLanguage()

function pick<Texts>(zh: Texts, en: Texts): Texts {
  return language === 'zh' ? zh : en
}

export const common = pick(
  { retry: '重试', details: '详情', openSetting: '打开设置', cancel: '取消', loading: '加载中' },
  { retry: 'Retry', details: 'Details', openSetting: 'Open settings', cancel: 'Cancel', loading: 'Loading' },
)

export const index = pick(
  {
    title: '订单与图片',
    subtitle: '选择、上传、保存、显示，从头到尾',
    loggingIn: '正在登录…',
    loggedIn: '登录状态已就绪',
    loginFailed: '登录失败',
    user: '用户',
    environment: '环境 ID',
    server: '服务器',
    newOrder: '新建订单',
    orders: '我的订单',
    ordersHint: '通过临时链接显示图片',
    errors: '排错指南',
    errorsHint: '上传中常见的五种问题，可当场重现',
  },
  {
    title: 'Orders',
    subtitle: 'Pictures from the phone to the page: choose, upload, save, show',
    loggingIn: 'Logging in…',
    loggedIn: 'Logged in',
    loginFailed: 'Login failed',
    user: 'User',
    environment: 'Environment',
    server: 'Server',
    newOrder: 'New order',
    orders: 'My orders',
    ordersHint: 'Pictures by temporary URLs',
    errors: 'Troubleshooting',
    errorsHint: 'The five problems of uploads, to try out',
  },
)

export const orders = pick(
  {
    title: '我的订单',
    newOrder: '新建订单',
    empty: '还没有订单',
    emptyHint: '新建一个订单，选几张照片试试',
    files: (count: number) => (count === 0 ? '没有图片' : `${count} 个文件`),
    end: '没有更多了',
  },
  {
    title: 'My orders',
    newOrder: 'New order',
    empty: 'No orders yet',
    emptyHint: 'Create one and choose some photos',
    files: (count: number) => (count === 0 ? 'No pictures' : count === 1 ? '1 file' : `${count} files`),
    end: 'That is all',
  },
)

export const newOrder = pick(
  {
    title: '新建订单',
    name: '标题',
    namePlaceholder: '例如：三月的风景',
    nameMissing: '请填写标题',
    files: '照片或视频',
    add: '添加照片或视频',
    remove: '移除',
    filesMissing: '请至少选择一个文件',
    submit: '上传并保存',
    retryAll: '重试失败的文件',
    finish: '不再重试，查看订单',
    cancel: '取消上传',
    cancelled: '已取消。已上传的文件保存在订单中，可继续上传其余文件。',
    uploading: '正在上传',
    saving: '正在保存',
    saved: '已保存',
    partly: (done: number, failed: number) => `${done} 个已上传，${failed} 个失败`,
    progress: (done: number, count: number, sent: string, total: string) => `${done}/${count} · ${sent} / ${total}`,
    again: '点按重试',
    attempt: (number: number) => `第 ${number} 次尝试`,
  },
  {
    title: 'New order',
    name: 'Title',
    namePlaceholder: 'Landscapes in March',
    nameMissing: 'Give it a title',
    files: 'Photos or videos',
    add: 'Add photos or videos',
    remove: 'Remove',
    filesMissing: 'Choose at least one file',
    submit: 'Upload and save',
    retryAll: 'Retry what failed',
    finish: 'Show the order as it is',
    cancel: 'Cancel upload',
    cancelled: 'Cancelled. What is stored stays in the order; you can upload the rest.',
    uploading: 'Uploading',
    saving: 'Saving',
    saved: 'Saved',
    partly: (done: number, failed: number) => `${done} uploaded, ${failed} failed`,
    progress: (done: number, count: number, sent: string, total: string) => `${done}/${count} · ${sent} of ${total}`,
    again: 'Tap to retry',
    attempt: (number: number) => `Attempt ${number}`,
  },
)

export const order = pick(
  {
    title: '订单详情',
    created: '创建于',
    updated: '更新于',
    missing: '订单不存在，或不属于当前用户',
    noPictures: '这个订单还没有图片',
    notLoaded: '图片加载失败',
    edit: '编辑图片',
    editDone: '完成',
    editHint: '添加或移除后立即保存',
    remove: '删除订单',
    removeQuestion: '删除这个订单和其中的文件？',
    removed: '已删除',
    links: 'fileID 与临时链接',
    linksHint: '数据库保存永久的 fileID；页面每次显示时换取临时链接。',
    validUntil: '链接有效期至',
    public: '公有读：链接不会过期',
    picture: '图片',
    video: '视频',
  },
  {
    title: 'Order',
    created: 'Created',
    updated: 'Updated',
    missing: 'There is no such order, or it is not yours',
    noPictures: 'No pictures in this order yet',
    notLoaded: 'Picture not loaded',
    edit: 'Edit pictures',
    editDone: 'Done',
    editHint: 'Each change is saved immediately',
    remove: 'Delete order',
    removeQuestion: 'Delete this order and the files in it?',
    removed: 'Deleted',
    links: 'fileIDs and temporary URLs',
    linksHint: 'The database keeps fileIDs, which are permanent; the page gets URLs for them each time it is shown.',
    validUntil: 'URL valid until',
    public: 'Public read: the URL does not expire',
    picture: 'Picture',
    video: 'Video',
  },
)

export const errors = pick(
  {
    title: '排错指南',
    intro: '上传教程中的五种问题：为什么发生，怎么办。能重现的，点按即可重现。',
    environment: '当前环境 ID',
    provoke: '重现',
    what: '怎么办',
    running: '进行中…',
    rows: {
      R24: {
        symptom: 'STORAGE_REQUEST_FAIL 或超时',
        why: '弱网，或文件太大。',
        todo: '上传前压缩图片（pickMedia 的 compress），视频调大 timeoutMs；工具包会自动重试。',
        provoke: '只给 1 毫秒上传 1 MB',
      },
      R25: {
        symptom: '上传成功，但控制台里看不到',
        why: '程序和控制台打开的不是同一个环境。',
        todo: '比较上面的环境 ID 与控制台左上角的环境 ID；修改 config.ts。',
        provoke: '请求另一个环境的文件',
      },
      R26: {
        symptom: '图片链接 403 或已过期',
        why: '私有文件的临时链接有有效期（默认 2 小时）。',
        todo: '每次进入页面重新换取链接，不要长期缓存；<cloud-image> 会自动刷新。',
        provoke: '打开一个过期链接，再刷新',
      },
      R27: {
        symptom: '别人也能下载我的私有文件',
        why: '默认权限是“所有人可读”，还没有设置自定义安全规则。',
        todo: '控制台 → 云存储 → 权限设置，使用下面的规则。',
        provoke: '不带签名打开自己的文件',
      },
      R28: {
        symptom: '超过 100 MB 的大视频',
        why: '小程序无法分片上传。',
        todo: '先压缩（wx.compressVideo），或由服务端分片上传后把 fileID 写回订单。',
        provoke: '假装上传 101 MB 的视频',
      },
    },
    outcome: {
      faster: '这次居然在 1 毫秒内传完了，请再试一次。',
      expired: (before: number, after: number) => `过期链接：HTTP ${before}；重新换取后：HTTP ${after}`,
      isPublic: '任何人都能打开（HTTP 200）：当前是公有读。',
      isPrivate: (status: number) => `已拒绝（HTTP ${status}）：别人打不开你的文件。`,
    },
  },
  {
    title: 'Troubleshooting',
    intro: 'The five problems of the upload recipe: why they happen, what to do, and a way to see each.',
    environment: 'Environment in use',
    provoke: 'Try it',
    what: 'What to do',
    running: 'Trying…',
    rows: {
      R24: {
        symptom: 'STORAGE_REQUEST_FAIL, or a timeout',
        why: 'A weak network, or a large file.',
        todo: 'Compress pictures before the upload (compress of pickMedia), raise timeoutMs for videos. The kit retries by itself.',
        provoke: 'Upload 1 MB within 1 ms',
      },
      R25: {
        symptom: 'Uploaded, but not visible in the Console',
        why: 'The program and the Console look at two different environments.',
        todo: 'Compare the environment above with the one at the top left of the Console; change config.ts.',
        provoke: 'Ask for a file of another environment',
      },
      R26: {
        symptom: 'A picture URL answers 403',
        why: 'The temporary URL of a private file expires, after two hours unless set otherwise.',
        todo: 'Get new URLs on each page load and do not cache them for long; <cloud-image> does that for you.',
        provoke: 'Open an expired URL, then renew it',
      },
      R27: {
        symptom: 'Others can download my private files',
        why: 'By default everybody may read, and no custom rule is set.',
        todo: 'Console → Cloud Storage → Permission Settings: use the rule below.',
        provoke: 'Open my own file without a signature',
      },
      R28: {
        symptom: 'A video of more than 100 MB',
        why: 'A Mini Program cannot upload in parts.',
        todo: 'Compress it first (wx.compressVideo), or upload it in parts from a server and write the fileID back.',
        provoke: 'Pretend to upload 101 MB',
      },
    },
    outcome: {
      faster: 'This time it finished within a millisecond. Try again.',
      expired: (before: number, after: number) => `Expired URL: HTTP ${before}; after renewal: HTTP ${after}`,
      isPublic: 'Everybody can open it (HTTP 200): reading is public.',
      isPrivate: (status: number) => `Refused (HTTP ${status}): others cannot open your files.`,
    },
  },
)
