import { render } from 'preact'
import { App } from './app/app.tsx'
import { followHistory } from './app/navigation.ts'
import './ui/tokens.css'
import './ui/base.css'

const root = document.getElementById('app')
if (root === null) throw new Error('index.html has no #app')
followHistory()
render(<App />, root)
