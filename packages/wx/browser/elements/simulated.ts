import type { ElementsHost } from '../contracts.ts'

/** How long the note is shown. */
const NOTE_MS = 2500

/**
 * Shows and logs that something of WeChat is only simulated. `what` is in English and Chinese.
 */
export function saySimulated(host: ElementsHost, what: { readonly en: string; readonly zh: string }): void {
  const note = document.createElement('div')
  note.className = 'element-note'
  note.setAttribute('role', 'status')
  note.textContent = host.language === 'zh_CN' ? `${what.zh}（模拟）` : `${what.en} (simulated)`
  host.overlay.append(note)
  setTimeout(() => note.remove(), NOTE_MS)
  console.info(`[elements] ${what.en} (simulated: this is not WeChat)`)
}

export const NOTE_CSS = `
  .element-note { position: absolute; left: 50%; bottom: 15%; z-index: 6000; max-width: 80%; padding: 10px 16px;
    transform: translateX(-50%); border-radius: 8px; background: rgba(76, 76, 76, .95); color: #fff; font-size: 14px;
    line-height: 1.4; text-align: center; pointer-events: none }`
