import { EllipsisVertical } from 'lucide'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'

interface RowMenuProps {
  readonly label: string
  readonly items: () => readonly (MenuItem | string)[]
  readonly tabIndex: number
}

/** The menu of a row. It is created when it is first opened, which keeps scrolling fast. */
export function RowMenu({ label, items, tabIndex }: RowMenuProps) {
  const [wanted, setWanted] = useState(false)
  const box = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    if (wanted) box.current?.querySelector('button')?.click()
  }, [wanted])
  return (
    <span ref={box} class="row-menu">
      {wanted ? (
        <Menu label={label} items={items()} size="small" tabIndex={tabIndex} />
      ) : (
        <Button
          kind="quiet"
          size="small"
          icon={EllipsisVertical}
          class="is-square"
          tabIndex={tabIndex}
          aria-label={label}
          aria-haspopup="menu"
          onClick={(event) => {
            event.stopPropagation()
            setWanted(true)
          }}
        />
      )}
    </span>
  )
}
