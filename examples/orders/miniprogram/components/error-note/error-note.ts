import { common } from '../../texts'

/** Says what went wrong and what to do, where it happened. `action` fires when its button is tapped. */
Component({
  properties: {
    /** A Note, see services/note.ts; nothing is shown without one. */
    note: Object,
    /** Text of the button; no button without it. */
    action: String,
  },
  data: { details: common.details, open: false },
  methods: {
    onToggle() {
      this.setData({ open: !this.data.open })
    },
    onAction() {
      this.triggerEvent('action')
    },
  },
})
