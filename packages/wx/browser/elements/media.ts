import { defineElement, type ElementSelf, type Properties } from './define.ts'
import { keepInside } from './dom.ts'

export const video = defineElement({
  tag: 'video',
  properties: {
    src: '',
    duration: null,
    controls: true,
    danmuList: null,
    danmuBtn: false,
    enableDanmu: false,
    autoplay: false,
    loop: false,
    muted: false,
    initialTime: 0,
    pageGesture: false,
    direction: null,
    showProgress: true,
    showFullscreenBtn: true,
    showPlayBtn: true,
    showCenterPlayBtn: true,
    enableProgressGesture: true,
    objectFit: 'contain',
    poster: '',
    showMuteBtn: false,
    title: '',
    playBtnPosition: 'bottom',
    enablePlayGesture: false,
    autoPauseIfNavigate: true,
    autoPauseIfOpenNative: true,
    vslideGesture: false,
    vslideGestureInFullscreen: true,
    showBottomProgress: true,
    adUnitId: '',
    posterForCrawler: '',
    showCastingButton: false,
    pictureInPictureMode: null,
    enableAutoRotation: false,
    showScreenLockButton: false,
    showSnapshotButton: false,
    showBackgroundPlaybackButton: false,
    backgroundPoster: '',
    isDrm: false,
    preferredPeakBitRate: 0,
    isLive: false,
  },
  css: `
    wx-video { position: relative; display: inline-block; width: 300px; height: 225px; overflow: hidden; line-height: 0 }
    wx-video > video { display: block; width: 100%; height: 100%; background: #000 }`,
  create(self) {
    const player = document.createElement('video')
    player.playsInline = true
    self.dom.append(player)
    const load = createPlayer(self, player)
    player.addEventListener('loadedmetadata', () => {
      if (self.props.initialTime > 0) player.currentTime = self.props.initialTime
      const { videoWidth: width, videoHeight: height, duration } = player
      self.emit('loadedmetadata', { width, height, duration })
    })
    player.addEventListener('waiting', () => self.emit('waiting', {}))
    player.addEventListener('progress', () => {
      const { buffered, duration } = player
      const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0
      self.emit('progress', { buffered: duration > 0 ? (end / duration) * 100 : 0 })
    })
    player.addEventListener('seeked', () => self.emit('seekcomplete', { position: player.currentTime }))
    player.addEventListener('fullscreenchange', () => {
      self.emit('fullscreenchange', { fullScreen: document.fullscreenElement === player, direction: 'vertical' })
    })
    return {
      attached: () => load.attach(),
      detached: () => player.pause(),
      update(changed) {
        const { controls, autoplay, loop, muted, objectFit } = self.props
        player.controls = controls
        player.autoplay = autoplay
        player.loop = loop
        player.muted = muted
        player.style.objectFit = objectFit
        load.update(changed)
      },
    }
  },
})

/** WeChat has deprecated this element in favour of wx.createInnerAudioContext; it still works. */
export const audio = defineElement({
  tag: 'audio',
  properties: { src: '', loop: false, controls: false, poster: '', name: '', author: '' },
  css: `
    wx-audio { display: inline-block; line-height: 0 }
    wx-audio[data-bare] { display: none }
    wx-audio > audio { width: 300px; height: 65px }`,
  create(self) {
    const player = document.createElement('audio')
    self.dom.append(player)
    const load = createPlayer(self, player)
    return {
      attached: () => load.attach(),
      detached: () => player.pause(),
      update(changed) {
        player.controls = self.props.controls
        player.loop = self.props.loop
        player.ariaLabel = [self.props.name, self.props.author].filter((part) => part !== '').join(' - ')
        self.dom.toggleAttribute('data-bare', !self.props.controls)
        load.update(changed)
      },
    }
  },
})

type Media = Pick<ElementSelf<Properties & { src: string; poster: string }>, 'props' | 'host' | 'node' | 'emit'>

/** Loads `src` and `poster`, and triggers the events of WeChat's players. */
function createPlayer(
  self: Media,
  player: HTMLMediaElement,
): { attach(): void; update(changed: ReadonlySet<string>): void } {
  const told = [
    'play',
    'pause',
    'ended',
    'timeupdate',
    'error',
    'loadedmetadata',
    'waiting',
    'progress',
    'fullscreenchange',
  ]
  keepInside(player, ...told, 'seeked')
  for (const type of ['play', 'pause', 'ended'] as const) player.addEventListener(type, () => self.emit(type, {}))
  player.addEventListener('timeupdate', () => {
    const { currentTime, duration } = player
    self.emit('timeupdate', { currentTime, duration: Number.isFinite(duration) ? duration : 0 })
  })
  const fail = (): void => self.emit('error', { errMsg: player.error?.message || 'MEDIA_ERR_SRC_NOT_SUPPORTED' })
  player.addEventListener('error', fail)

  let isAttached = false
  let current: string | undefined
  const load = (): void => {
    if (!isAttached) return
    const { src, poster } = self.props
    if (player instanceof HTMLVideoElement) {
      const picture = poster === '' ? undefined : self.host.mediaUrl(poster, self.node)
      if (picture === undefined) player.removeAttribute('poster')
      else player.poster = picture
    }
    if (src === current) return
    current = src
    const url = src === '' ? undefined : self.host.mediaUrl(src, self.node)
    if (url !== undefined) player.src = url
    else {
      player.removeAttribute('src')
      player.load()
      if (src !== '') queueMicrotask(fail)
    }
  }
  return {
    attach() {
      isAttached = true
      load()
    },
    update(changed) {
      if (changed.has('src') || changed.has('poster')) load()
    },
  }
}
