/**
 * What a table of decided cases of the rules stands on: one server whose configuration is edited from one set of rules
 * to the next, and the people that the rows are about, each at an official client of their own.
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
   * Puts ids into a text: `{wendy}` is what names her in a path (the openid of WeChat, else the custom id, else the
   * uid), `{wendy.uid}` her uid. In a table, because these ids are the server's to choose.
   */
  fill(text: string): string
  /** Edits the configuration file; resolves when the edit holds. */
  configure(config: object): Promise<void>
  close(): Promise<void>
}

/** Rows that are decided under the same rules. */
export interface RuleGroup<Row> {
  /** Becomes the name of the describe block. */
  readonly name: string
  /** The configuration file; ids in it are filled in as in paths. */
  readonly config: object
  readonly cases: readonly Row[]
}

export interface RuleTable<Group, Row> {
  /** The configuration under which `prepare` makes what the rows are about. */
  readonly open: object
  prepare(stage: RuleStage): Promise<void>
  /** Brings a group's rules into force. */
  enter(stage: RuleStage, group: Group): Promise<void>
  /** Says who does what; becomes the name of the test. */
  title(row: Row): string
  /** Does it and checks what came of it. */
  decide(stage: RuleStage, row: Row): Promise<void>
}

/** Makes every group a describe block and every row a test of its own; the rows of a group run at the same time. */
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
  // `dev`, so that WeChat logins need no WeChat.
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
      // Nothing follows an edit that changes nothing.
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
