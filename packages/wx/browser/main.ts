/** Starts the harness in the browser: the shell, and the built program in it. */
import type { HarnessJson, HarnessOptions, Program } from './contracts.ts'
import { ErrorReports } from './runtime/errors.ts'
import { MediaUrls } from './runtime/media-url.ts'
import { ProgramRun } from './runtime/program-run.ts'
import { followBuilds } from './shell/build-watch.ts'
import { Shell } from './shell/shell.ts'
import './shell/style.css'

declare global {
  interface Window {
    /** Undefined if the program has never been built successfully. */
    __miniProgram?: Program
  }
}

async function start(): Promise<void> {
  const harness = (await (await fetch('harness.json')).json()) as HarnessJson
  const address = new URLSearchParams(location.search)
  const options = readOptions(harness, address)
  const program = window.__miniProgram
  const assets = new MediaUrls(program?.assets ?? '')
  const shell = new Shell(options, program?.name ?? '', program?.app, (path) => assets.assetUrl(path))
  if (harness.live) followBuilds(program?.build ?? '', shell.phone.screen, shell.texts)
  if (program === undefined) return
  const errors = new ErrorReports()
  errors.listeners.add((error) => shell.errorPanel.add(error))
  errors.listen(window)
  const path = address.get('path') ?? program.app.entryPagePath ?? program.app.pages[0] ?? ''
  await new ProgramRun(program, shell, errors, options, path).start().catch((error) => errors.report(error))
}

const PRIVACY = ['granted', 'ask', 'undeclared'] as const

/**
 * The address may set the user (`?user=bob`), the language (`?lang=en`, default that of the browser), and the answer to the
 * privacy guideline (`?privacy=ask`).
 */
function readOptions({ endpoint, env, user }: HarnessJson, address: URLSearchParams): HarnessOptions {
  const language = address.get('lang') ?? navigator.language
  const privacy = PRIVACY.find((state) => state === address.get('privacy'))
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(env === undefined ? {} : { env }),
    ...(privacy === undefined ? {} : { privacy }),
    user: address.get('user') || user,
    language: language.startsWith('zh') ? 'zh_CN' : 'en',
  }
}

void start()
