import { render } from 'preact'
import { App } from './app/app.tsx'
import { followLinks } from './app/link-token.ts'
import { followHistory } from './app/navigation.ts'
import './ui/tokens.css'
import './ui/base.css'

const root = document.getElementById('app')
if (root === null) throw new Error('index.html has no #app')
followHistory()
followLinks()
render(<App />, root)
