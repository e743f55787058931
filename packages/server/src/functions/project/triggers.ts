/** The timers of functions, as files and settings name them. */
import type { TimerTrigger } from '../../settings.ts'
import { CronError, parseCron } from '../timers/cron.ts'
import { listOf, member, shown } from './json.ts'
import { type Report, within } from './report.ts'

/** Characters of the name of a timer on the platform. */
const MAX_NAME = 60

/** Reads `triggers` of cloudbaserc.json or of config.json: `[{ name, type: "timer", config: "0 0 2 1 * * *" }]`. */
export function readTriggers(declared: unknown, report: Report): readonly TimerTrigger[] {
  if (declared !== undefined && declared !== null && !Array.isArray(declared)) {
    report({ en: 'triggers must be a list', zh: 'triggers 必须是数组' })
  }
  return listOf(declared).flatMap((trigger) => {
    const [name, type, cron] = [member(trigger, 'name'), member(trigger, 'type'), member(trigger, 'config')]
    if (type !== undefined && type !== 'timer') {
      report({
        en: `the trigger ${shown(name)} has the type ${shown(type)}; only timer works here`,
        zh: `触发器 ${shown(name)} 的类型为 ${shown(type)}；这里只支持 timer`,
      })
      return []
    }
    if (typeof name === 'string' && typeof cron === 'string') return [{ name, cron }]
    report({
      en: `a timer needs a name and a config with its cron expression, not ${shown(trigger)}`,
      zh: `定时触发器需要 name 和写有 cron 表达式的 config，而不是 ${shown(trigger)}`,
    })
    return []
  })
}

/** The timers that can run. Of two with one name, the first. */
export function usableTriggers(triggers: readonly TimerTrigger[], report: Report): readonly TimerTrigger[] {
  const usable = new Map<string, TimerTrigger>()
  for (const trigger of triggers) {
    const { name, cron } = trigger
    const told = within(report, `timer ${shown(name)}`, `定时触发器 ${shown(name)}`)
    if (name === '' || name.length > MAX_NAME) {
      told({ en: `its name must have 1 to ${MAX_NAME} characters`, zh: `名称应为 1 到 ${MAX_NAME} 个字符` })
    } else if (usable.has(name)) {
      told({ en: 'the name appears twice; the first one counts', zh: '名称出现了两次；以第一个为准' })
    } else if (isCron(cron, told)) {
      usable.set(name, trigger)
    }
  }
  return [...usable.values()]
}

function isCron(cron: string, report: Report): boolean {
  try {
    parseCron(cron)
    return true
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    report(error.text)
    return false
  }
}
