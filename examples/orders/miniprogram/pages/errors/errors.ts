import { RECIPE_ERRORS } from '@cloudstead/kit'
import { env } from '../../config'
import { type Note, noteOf } from '../../services/note'
import { errors as t } from '../../texts'
import { provoke, type RowId } from './provoke'

/** The rule that limits every user to their own files (R27). */
const RULE = `{
  "read": "auth != null && resource.openid == auth.openid",
  "write": "auth != null && resource.openid == auth.openid"
}`

interface Row {
  readonly id: RowId
  readonly symptom: string
  readonly why: string
  readonly todo: string
  readonly provoke: string
  readonly codes: string
  readonly rule: string
  readonly isRunning: boolean
  readonly note: Note | null
  readonly text: string
  readonly isGood: boolean
}

const ROWS = (Object.keys(t.rows) as RowId[]).map(
  (id): Row => ({
    id,
    ...t.rows[id],
    codes: RECIPE_ERRORS.find(({ row }) => row === id)?.codes.join(' · ') ?? '',
    rule: id === 'R27' ? RULE : '',
    isRunning: false,
    note: null,
    text: '',
    isGood: false,
  }),
)

Page({
  data: { t, env, rows: ROWS },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.title })
  },

  async onProvoke(event: WechatMiniprogram.TouchEvent<object, object, { index: number }>) {
    const { index } = event.currentTarget.dataset
    const row = this.data.rows[index]
    if (row === undefined || row.isRunning) return
    this.show(index, { isRunning: true, note: null, text: '' })
    const outcome = await provoke[row.id]()
    if ('error' in outcome) this.show(index, { isRunning: false, note: noteOf(outcome.error) })
    else this.show(index, { isRunning: false, ...outcome })
  },

  show(index: number, patch: Partial<Row>) {
    const fields = Object.entries(patch).map(([name, value]) => [`rows[${index}].${name}`, value])
    this.setData(Object.fromEntries(fields))
  },
})
