import type { ComponentSpace, GeneralComponent } from 'glass-easel'
import { behavior as adapterBehavior, type CodeSpace, MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import type { ComponentJson, Program, ProgramPart } from '../contracts.ts'
import type { ErrorReports } from './errors.ts'
import type { ReadyQueue } from './lifetimes.ts'
import { installStyles } from './styles.ts'

/** The argument of `Page`, `Component` or `Behavior`, as far as it is used here. */
type Definition = object & { behaviors?: unknown; options?: { styleIsolation?: unknown; addGlobalClass?: unknown } }

/** The definitions of a program, registered in glass-easel by the `Page`, `Component` and `Behavior` of its scripts. */
export class ProgramCode {
  readonly env = new MiniProgramEnv()
  readonly codeSpace: CodeSpace
  readonly #program: Program
  readonly #errors: ErrorReports
  /** The part whose script runs: `Page({...})` does not name its page. */
  #current: ProgramPart | undefined
  readonly #registered = new Set<string>()
  readonly #failures = new Map<string, unknown>()

  constructor(program: Program, errors: ErrorReports, ready: ReadyQueue) {
    this.#program = program
    this.#errors = errors
    this.codeSpace = this.env.createCodeSpace('program', true)
    this.space.updateComponentOptions({ writeIdToDOM: true, useMethodCallerListeners: true })
    this.codeSpace.setOverallBehavior(
      this.space
        .define()
        .lifetime('attached', function () {
          ready.addComponent((this as unknown as { _$: GeneralComponent })._$)
        })
        .registerBehavior(),
    )
    for (const part of Object.values(program.parts)) this.#addFiles(part)
  }

  get space(): ComponentSpace {
    return this.codeSpace.getComponentSpace()
  }

  /** Runs the script of every part, components first, and reports those that did not register. */
  runScripts(run: (path: string) => void): void {
    const pages = new Set(this.#program.app.pages)
    const parts = Object.values(this.#program.parts)
    for (const part of [
      ...parts.filter(({ path }) => !pages.has(path)),
      ...parts.filter(({ path }) => pages.has(path)),
    ]) {
      this.#current = part
      try {
        run(part.path)
      } catch (error) {
        this.#errors.report(error)
        this.#failures.set(part.path, error)
        continue
      }
      if (!this.#registered.has(part.path)) {
        const call = pages.has(part.path) ? 'Page' : 'Component'
        this.#errors.report(new Error(`${part.path} has not been registered yet: its script does not call ${call}()`))
      }
    }
    this.#current = undefined
    installStyles(this.#program)
  }

  /** The exception of a part's script when it was loaded. */
  failureOf(path: string): unknown {
    return this.#failures.get(path)
  }

  isRegistered(path: string): boolean {
    return this.#registered.has(path)
  }

  readonly Page = (definition: object): void => {
    const part = this.#running('Page')
    this.#adaptOptions(part, definition)
    this.codeSpace.component(part.path).pageDefinition(this.#withBehaviors(definition)).register()
    this.#registered.add(part.path)
  }

  readonly Component = (definition: object): unknown => {
    const part = this.#running('Component')
    this.#adaptOptions(part, definition)
    const registered = this.codeSpace.component(part.path).definition(this.#withBehaviors(definition)).register()
    this.#registered.add(part.path)
    return registered
  }

  readonly Behavior = (definition: object): unknown =>
    this.codeSpace.behavior().definition(this.#withBehaviors(definition)).register()

  #running(call: string): ProgramPart {
    if (this.#current !== undefined) return this.#current
    throw new Error(`${call}() has to be called while the script of a page or component is loaded`)
  }

  #addFiles({ path, json, styleScope }: ProgramPart): void {
    this.codeSpace.addStyleSheet(path, undefined, styleScope)
    this.#setStaticConfig(path, json)
    const template = this.#program.templates[path]
    this.codeSpace.addCompiledTemplate(path, { groupList: this.#program.templates, content: template } as never)
  }

  #setStaticConfig(path: string, json: ComponentJson): void {
    const using = { ...this.#program.app.usingComponents, ...json.usingComponents }
    const usingComponents = Object.fromEntries(Object.entries(using).map(([tag, target]) => [tag, `/${target}`]))
    // A page shares its styles even if it is created with Component().
    const component = json.component === true && !this.#program.app.pages.includes(path)
    this.codeSpace.addComponentStaticConfig(path, { ...json, component, usingComponents } as never)
  }

  /** WeChat also reads `styleIsolation` from the script; glass-easel only reads the JSON. */
  #adaptOptions(part: ProgramPart, definition: Definition): void {
    const { styleIsolation, addGlobalClass } = definition.options ?? {}
    const isolation = styleIsolation ?? (addGlobalClass === true ? 'apply-shared' : undefined)
    if (isolation === undefined || part.json.styleIsolation !== undefined) return
    const json = { ...part.json, styleIsolation: isolation } as ComponentJson
    ;(this.#program.parts as Record<string, ProgramPart>)[part.path] = { ...part, json }
    this.#setStaticConfig(part.path, json)
  }

  /** Removes WeChat's own behaviors (`wx://form-field`), which have no effect here. */
  #withBehaviors(definition: Definition): never {
    const behaviors = Array.isArray(definition.behaviors) ? definition.behaviors : []
    const own = behaviors.flatMap((one) => {
      if (one instanceof adapterBehavior.Behavior) return [one]
      // The space knows `wx://form-field` and similar behaviors by name; the adapter only reads this member.
      const builtIn = typeof one === 'string' ? this.space.getBehaviorByUrl(one, '') : null
      return builtIn === null ? [] : [{ _$: builtIn }]
    })
    return { ...definition, ...(behaviors.length > 0 ? { behaviors: own } : {}) } as never
  }
}
