/**
 * Runs tables of decided rule cases: one server whose configuration is edited from one set of rules to the next, and the
 * users of the cases, each with their own official client.
 */
import { after, before, describe, it } from 'node:test'
import { createAdmin } from './clients.ts'
import { type RunningServer, startServer } from './server.ts'
import { until } from './until.ts'
import { createUser, type User } from './users.ts'

/**
 * `alice` and `bobby` log in by custom ticket (their ids are `alice` and `bobby`, bobby's phone has SDK 3.7.0), `wendy`
 * by WeChat and `guest` anonymously.
 */
export type UserName = 'alice' | 'bobby' | 'wendy' | 'guest'

export interface RuleStage {
  readonly server: RunningServer
  readonly users: Readonly<Record<UserName, User>>
  /** The official server SDK. */
  readonly admin: ReturnType<typeof createAdmin>
  /**
   * Replaces the names of users in a text with ids, which the server chooses: `{wendy}` is her id in a path (the openid of
   * WeChat, or else the custom id, or else the uid), `{wendy.uid}` her uid.
   */
  fill(text: string): string
  /** Edits the configuration file; resolves once the edit takes effect. */
  configure(config: object): Promise<void>
  close(): Promise<void>
}

/** Cases under the same rules. */
export interface RuleGroup<Row> {
  /** The name of the describe block. */
  readonly name: string
  /** The configuration file; names of users in it are replaced as in paths. */
  readonly config: object
  readonly cases: readonly Row[]
}

export interface RuleTable<Group, Row> {
  /** The configuration for `prepare`. */
  readonly open: object
  prepare(stage: RuleStage): Promise<void>
  /** Puts the rules of a group into effect. */
  enter(stage: RuleStage, group: Group): Promise<void>
  /** Who does what; the name of the test. */
  title(row: Row): string
  /** Does it and checks the outcome. */
  decide(stage: RuleStage, row: Row): Promise<void>
}

/** Registers a describe block per group and a test per case; the cases of a group run concurrently. */
export function decideGroups<Row, Group extends RuleGroup<Row>>(
  groups: readonly Group[],
  table: RuleTable<Group, Row>,
): void {
  let stage: RuleStage | undefined
  const opened = (): RuleStage => {
    if (stage === undefined) throw new Error('the server did not start')
    return stage
  }
  before(async () => {
    stage = await openRuleStage(table.open)
    await table.prepare(stage)
  })
  after(() => stage?.close())
  for (const group of groups) {
    describe(group.name, { concurrency: true }, () => {
      before(() => table.enter(opened(), group))
      for (const row of group.cases) it(table.title(row), () => table.decide(opened(), row))
    })
  }
}

export async function openRuleStage(config: object): Promise<RuleStage> {
  // `dev`, so that WeChat logins work without WeChat.
  const server = await startServer({ mode: 'dev', config })
  const [key, apiKey] = await Promise.all([server.loginKey(), server.apiKey()])
  const [alice, bobby, wendy, guest] = await Promise.all([
    createUser(server, { key, id: 'alice' }),
    createUser(server, { key, id: 'bobby' }, { sdk: '3.7.0' }),
    createUser(server, { code: 'dev:wendy' }),
    createUser(server, 'anonymous'),
  ])
  const users = { alice, bobby, wendy, guest }
  const fill = (text: string) =>
    text.replace(/\{(alice|bobby|wendy|guest)(\.uid)?\}/g, (_all, name: UserName, uid?: string) =>
      uid === undefined ? users[name].openid : users[name].uid,
    )
  let current = JSON.stringify(config)
  return {
    server,
    users,
    admin: createAdmin(server, apiKey),
    fill,
    async configure(next) {
      const text = fill(JSON.stringify(next))
      // An edit without changes has no effect to wait for.
      if (text === current) return
      current = text
      const edits = () => server.log().split('the edited configuration').length
      const seen = edits()
      await server.writeConfig(text)
      await until('the edited configuration holds', edits, (now) => now > seen)
      const last = server.log().split('the edited configuration').at(-1) ?? ''
      if (!last.startsWith(' is in effect')) throw new Error(`the edited configuration was refused: ${last}`)
    },
    async close() {
      for (const { phone } of Object.values(users)) phone.dispose()
      await server.stop()
    },
  }
}
