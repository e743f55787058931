import type { ReportCallbackError } from '../../src/shared/callbacks.ts'
import { type Display, FIXED_DISPLAY, type WindowInfo } from '../../src/shared/device.ts'
import { Listeners } from '../../src/shared/listeners.ts'
import type { Host, ScreenSize, Theme } from '../contracts.ts'
import { areaOf } from './page/selector-query.ts'
import { scrollerOf } from './page/selectors.ts'

/** A rectangle in px. */
interface Box {
  left: number
  top: number
  right: number
  bottom: number
  width: number
  height: number
}

export interface DisplayApi {
  onThemeChange: (listener: (event: { theme: Theme }) => void) => void
  offThemeChange: (listener?: (event: { theme: Theme }) => void) => void
  onWindowResize: (listener: (event: { size: { windowWidth: number; windowHeight: number } }) => void) => void
  offWindowResize: (listener?: (event: { size: { windowWidth: number; windowHeight: number } }) => void) => void
  getMenuButtonBoundingClientRect: () => Box
}

/** The height of WeChat's navigation bar on phones with a notch. */
const NAVIGATION_BAR_PX = 44

/** Size and position of the menu button (the capsule) on a phone of 390 points, the usual design width. */
const MENU_BUTTON = { width: 87, height: 32, right: 10, belowStatusBar: 4 }

/** The size of the phone on the page, and its theme; `useTheme` is called with the theme now and at each change. */
export function createDisplay(
  host: Host,
  useTheme: (theme: Theme) => void,
  report: ReportCallbackError,
): { display: Display; api: DisplayApi; stop: () => void } {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const themed = host.app?.darkmode === true
  const theme = (): Theme => host.theme?.current ?? (themed && dark.matches ? 'dark' : 'light')
  const window = (): WindowInfo => windowOf(host)
  const themes = new Listeners<{ theme: Theme }>(report)
  const sizes = new Listeners<{ size: { windowWidth: number; windowHeight: number } }>(report)
  const onTheme = (): void => {
    useTheme(theme())
    themes.emit({ theme: theme() })
  }
  const onResize = (): void => {
    const { windowWidth, windowHeight } = window()
    sizes.emit({ size: { windowWidth, windowHeight } })
  }
  const stopTheme = host.theme?.onChange(onTheme)
  if (themed && host.theme === undefined) dark.addEventListener('change', onTheme)
  addEventListener('resize', onResize)
  useTheme(theme())
  return {
    stop: () => {
      stopTheme?.()
      dark.removeEventListener('change', onTheme)
      removeEventListener('resize', onResize)
    },
    display: { window, theme },
    api: {
      onThemeChange: themes.on,
      offThemeChange: themes.off,
      onWindowResize: sizes.on,
      offWindowResize: sizes.off,
      getMenuButtonBoundingClientRect: () => {
        const { screenWidth, statusBarHeight } = window()
        const { width, height, right, belowStatusBar } = MENU_BUTTON
        const top = statusBarHeight + belowStatusBar
        return {
          width,
          height,
          top,
          bottom: top + height,
          right: screenWidth - right,
          left: screenWidth - right - width,
        }
      },
    },
  }
}

/** Measures the overlay, which has the size of the screen, and the scroller, which has that of the window. */
function windowOf(host: Host): WindowInfo {
  const fixed = FIXED_DISPLAY.window()
  const known = host.screen?.()
  if (known !== undefined) return { ...fixed, ...known, pixelRatio: devicePixelRatio, ...areasOf(known) }
  const screen = host.overlay.getBoundingClientRect()
  if (screen.width === 0 || screen.height === 0) return fixed
  const page = host.currentPageElement()
  const area = page === undefined ? screen : areaOf(scrollerOf(page))
  const size: ScreenSize = {
    screenWidth: Math.round(screen.width),
    screenHeight: Math.round(screen.height),
    windowWidth: Math.round(area.width),
    windowHeight: Math.round(area.height),
    statusBarHeight: fixed.statusBarHeight,
  }
  return { pixelRatio: devicePixelRatio, ...size, ...areasOf(size), screenTop: Math.round(area.top - screen.top) }
}

/** The safe area below the notch, and the top of the window, below the navigation bar of fixed height. */
function areasOf({
  screenWidth,
  screenHeight,
  statusBarHeight,
}: ScreenSize): Pick<WindowInfo, 'safeArea' | 'screenTop'> {
  const height = screenHeight - statusBarHeight
  const safeArea = {
    left: 0,
    right: screenWidth,
    top: statusBarHeight,
    bottom: screenHeight,
    width: screenWidth,
    height,
  }
  return { safeArea, screenTop: statusBarHeight + NAVIGATION_BAR_PX }
}
