import { X } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { classes } from './classes.ts'
import { IconButton } from './icon-button.tsx'
import { isShown } from './is-shown.ts'
import './dialog.css'

const t = texts({ en: { close: 'Close' }, zh: { close: '关闭' } })

export interface DialogProps {
  readonly title: ComponentChildren
  /** Called on Esc and on the close button. Unmount the dialog then. */
  readonly onClose: () => void
  /** Buttons at the foot, the primary one last. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
  /** `small` (420 px), `medium` (560 px, the default) or `large` (880 px). */
  readonly size?: 'small' | 'medium' | 'large' | undefined
  /** A drawer: at the right edge, as high as the window. */
  readonly side?: boolean | undefined
  /** Makes the dialog a form, which Enter submits. */
  readonly onSubmit?: (() => void) | undefined
  /** Only its own buttons close it, while work is running. */
  readonly locked?: boolean | undefined
  readonly role?: 'alertdialog' | undefined
}

/**
 * A modal dialog, open while it is mounted. The focus goes to the element with `autofocus`, and afterwards back to where
 * it was.
 *
 * @example {open && <Dialog title={t.rename} onClose={() => setOpen(false)} actions={...}>...</Dialog>}
 */
export function Dialog(props: DialogProps) {
  const { title, onClose, actions, children, size = 'medium', side = false, onSubmit, locked = false, role } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const gone = useRef(false)
  const id = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => {
      gone.current = true
      // Closing restores the focus; removing the element does not.
      element?.close()
    }
  }, [])
  const content = (
    <>
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        {!locked && <IconButton icon={X} label={t.close} onClick={onClose} class="dialog-close" />}
      </header>
      <div class="dialog-body">{children}</div>
      {isShown(actions) && <footer class="dialog-foot">{actions}</footer>}
    </>
  )
  return (
    <dialog
      ref={dialog}
      class={classes('dialog', `is-${size}`, side && 'is-side')}
      aria-labelledby={id}
      role={role}
      onCancel={(event) => {
        // The cancel event of a file input inside bubbles here too.
        if (event.target !== event.currentTarget) return
        event.preventDefault()
        if (!locked) onClose()
      }}
      onClose={(event) => {
        // Some browsers close the dialog on a second Esc without a cancel event.
        if (event.target !== event.currentTarget || gone.current) return
        if (!locked) onClose()
        setTimeout(() => {
          if (!gone.current) dialog.current?.showModal()
        })
      }}
    >
      {onSubmit === undefined ? (
        <div class="dialog-form">{content}</div>
      ) : (
        <form
          class="dialog-form"
          onSubmit={(event) => {
            event.preventDefault()
            onSubmit()
          }}
        >
          {content}
        </form>
      )}
    </dialog>
  )
}
