/** Warnings about the configuration of an environment, for the Console's overview. */
import type { Text } from '@cloudstead/rules'
import { MAX_CLOCK_OFFSET_MS, type NodeState } from '../cluster/nodes.ts'
import type { PlacedFinding } from '../rule-tools/findings.ts'
import { rulesSubject } from '../saved-settings/rules-setting.ts'
import type { SavedSettings } from '../saved-settings/saved-settings.ts'
import type { Mode } from '../settings.ts'

/** An upgrade of all servers, one after the other, should not take longer. */
const MAX_UPGRADE_MS = 60 * 60_000

export interface Warning {
  readonly code: string
  readonly severity: 'warning' | 'note'
  readonly text: Text
  /** What to do about it. */
  readonly advice?: Text
  /** The key of the setting that causes it. */
  readonly setting?: string
}

/** What the warnings depend on. */
export interface WarningFacts {
  readonly mode: Mode
  readonly passwordSet: boolean
  /** Whether other machines can reach the server without HTTPS. */
  readonly inTheClear: boolean
  readonly anonymous: boolean
  /** Whether login codes such as `dev:alice` log in made-up WeChat users. */
  readonly madeUpIdentities: boolean
  readonly settings: Pick<ReturnType<SavedSettings['settings']>, 'file' | 'values'>
  readonly findings: readonly RuleNotice[]
  /** All servers on the data. */
  readonly nodes: readonly Pick<
    NodeState,
    'configHash' | 'version' | 'clockOffsetMs' | 'name' | 'startedAt' | 'seenAt'
  >[]
}

/** A finding about rules that are in effect. */
export interface RuleNotice {
  /** The key of the setting that contains the rules. */
  readonly key: string
  readonly finding: PlacedFinding
}

/** Warnings first, then notes. */
export function warningsOf(facts: WarningFacts): readonly Warning[] {
  const all = [
    ...settingWarnings(facts),
    ...facts.findings.filter(({ key, finding }) => isWarning(key, finding)).map(ruleWarning),
    ...accessWarnings(facts),
    ...nodeWarnings(facts),
  ]
  return [...all.filter(({ severity }) => severity === 'warning'), ...all.filter(({ severity }) => severity === 'note')]
}

/**
 * Findings about the rules that are in effect: what they allow or deny that their author may not have intended. Rules are
 * checked again only when a setting has changed.
 */
export function ruleNotices(settings: Pick<SavedSettings, 'settings' | 'rules'>): () => readonly RuleNotice[] {
  let known: { readonly version: string; readonly notices: readonly RuleNotice[] } | undefined
  return () => {
    const { version, values } = settings.settings()
    if (known?.version === version) return known.notices
    const notices = values
      .filter(({ kind }) => kind === 'rules')
      .flatMap(({ key }) => settings.rules(rulesSubject(key)).findings.map((finding) => ({ key, finding })))
    known = { version, notices }
    return notices
  }
}

/** A public collection is somebody's decision, but public files may just be the default. */
function isWarning(key: string, { severity, code }: PlacedFinding): boolean {
  return severity !== 'note' || (key === 'storage.acl' && code === 'everyone-reads')
}

function ruleWarning({ key, finding }: RuleNotice): Warning {
  const advice =
    finding.code === 'everyone-reads' && key === 'storage.acl'
      ? text(
          'If only owners should read their files, change this under Permissions.',
          '如果文件只应由其所有者读取，请在“权限设置”中修改。',
        )
      : undefined
  return {
    code: finding.code,
    severity: 'warning',
    text: sentence(finding.message),
    ...(advice === undefined ? {} : { advice }),
    setting: key,
  }
}

/** Findings start with a lower-case letter, because in a log line other words precede them. */
function sentence({ en, zh }: Text): Text {
  return { en: `${en.charAt(0).toUpperCase()}${en.slice(1)}.`, zh: `${zh}。` }
}

function settingWarnings({ mode, anonymous, settings }: WarningFacts): readonly Warning[] {
  const found: Warning[] = []
  if (settings.file.refused !== undefined) {
    found.push({
      code: 'file-refused',
      severity: 'warning',
      text: text(
        'The edited configuration file is not valid. The previous settings stay in effect.',
        '修改后的配置文件无法使用，目前仍沿用之前的设置。',
      ),
      advice: text('The Settings page shows what is wrong with it.', '“设置”页面会说明具体问题。'),
    })
  }
  if (mode === 'start' && settings.values.every(({ source }) => source === 'default')) {
    found.push({
      code: 'default-settings',
      severity: 'warning',
      text: text('Nothing is configured: every setting has its default value.', '尚未做任何配置，所有设置均为默认值。'),
      advice: text(
        'Before others use the server, decide who may read and write, and who may log in.',
        '对外提供服务前，请先确定读写权限和登录方式。',
      ),
    })
  }
  if (anonymous) {
    found.push({
      code: 'anonymous-login',
      severity: mode === 'start' ? 'warning' : 'note',
      text: text('Anonymous login is on: anybody can become a user.', '已开启匿名登录，任何人都可以成为用户。'),
      advice: text('Turn it off if the app does not need it.', '如果应用不需要，请将其关闭。'),
      setting: 'auth.anonymous',
    })
  }
  return found
}

function accessWarnings({ mode, passwordSet, inTheClear, madeUpIdentities }: WarningFacts): readonly Warning[] {
  const found: Warning[] = []
  if (inTheClear) {
    found.push({
      code: 'no-tls',
      severity: 'warning',
      text: text(
        'Other machines reach this server over plain HTTP: anyone on the network path can read passwords, tokens and files.',
        '其他设备通过未加密的 http 访问本服务，途经的任何人都能看到密码、令牌和文件。',
      ),
      advice: text(
        'Put it behind an HTTPS proxy and give the address of the proxy as --public-url.',
        '请在前面部署支持 https 的代理，并用 --public-url 指定对外地址。',
      ),
    })
  }
  if (madeUpIdentities) {
    found.push({
      code: 'made-up-identities',
      severity: inTheClear ? 'warning' : 'note',
      text: text(
        'Login codes such as dev:alice log in made-up WeChat users, without asking WeChat.',
        '形如 dev:alice 的登录 code 会直接生成虚拟微信用户，不经过微信校验。',
      ),
      advice: text(
        'For development only. Set a WeChat secret or use cloudstead start to turn it off.',
        '仅供开发使用。设置 AppSecret 或使用 cloudstead start 启动后会自动关闭。',
      ),
      setting: 'auth.wechat.secret',
    })
  }
  if (mode === 'start' && !passwordSet) {
    found.push({
      code: 'no-password',
      severity: 'warning',
      text: text('The Console has no password yet.', '控制台尚未设置密码。'),
      advice: text(
        'Set one in the menu at the top right. Then you no longer need the links in the terminal.',
        '请在右上角菜单中设置密码，之后无需再使用终端中的链接。',
      ),
    })
  }
  return found
}

function nodeWarnings({ nodes }: WarningFacts): readonly Warning[] {
  const found: Warning[] = []
  if (new Set(nodes.map(({ configHash }) => configHash)).size > 1) {
    found.push({
      code: 'different-files',
      severity: 'warning',
      text: text(
        'The servers have different configuration files, so they answer the same request differently.',
        '各服务器的配置文件不一致，同一请求可能得到不同结果。',
      ),
      advice: text('Give all servers the same file, or none.', '请让所有服务器使用相同的配置文件，或都不使用。'),
    })
  }
  const wrong = nodes.filter(({ clockOffsetMs }) => Math.abs(clockOffsetMs) > MAX_CLOCK_OFFSET_MS)
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => name)
    found.push({
      code: 'wrong-clock',
      severity: 'warning',
      text: text(
        `The clock differs from that of the database on ${names.join(', ')}: logins, upload tickets and temporary URLs can be refused there or stay valid for too long.`,
        `以下服务器的时钟与数据库不一致：${names.join('、')}。登录、上传凭证和临时链接可能被拒绝，或过期后仍然有效。`,
      ),
      advice: text('Synchronise the clocks with NTP.', '请使用 NTP 校时。'),
    })
  }
  if (differsFor(nodes) > MAX_UPGRADE_MS) {
    found.push({
      code: 'different-versions',
      severity: 'note',
      text: text(
        'The servers have had different versions for more than an hour.',
        '各服务器的版本不一致，已超过 1 小时。',
      ),
      advice: text('Finish the upgrade on all of them.', '请将所有服务器升级到同一版本。'),
    })
  }
  return found
}

/** How long servers of different versions have been working side by side, in ms; 0 when all have the same version. */
function differsFor(nodes: WarningFacts['nodes']): number {
  const versions = [...Map.groupBy(nodes, ({ version }) => version).values()]
  if (versions.length < 2) return 0
  const since = Math.max(...versions.map((same) => Math.min(...same.map(({ startedAt }) => startedAt))))
  return Math.max(...nodes.map(({ seenAt }) => seenAt)) - since
}

function text(en: string, zh: string): Text {
  return { en, zh }
}
