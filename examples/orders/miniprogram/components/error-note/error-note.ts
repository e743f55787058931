import { common } from '../../texts'

/** Shows an error and what to do about it. A tap on its button triggers `action`. */
Component({
  properties: {
    /** A Note, see services/note.ts; without one nothing is shown. */
    note: Object,
    /** Text of the button; without it there is no button. */
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
