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
  readonly #entered = new Set<string>()
  /** The parts whose faults have been reported. */
  readonly #told = new Set<string>()
  #run: (path: string) => void = () => {}

  /** `createSelectorQuery` makes the query of a page or component. */
  constructor(
    program: Program,
    errors: ErrorReports,
    ready: ReadyQueue,
    createSelectorQuery: (component: object) => unknown,
  ) {
    this.#program = program
    this.#errors = errors
    this.codeSpace = this.env.createCodeSpace('program', true)
    this.space.updateComponentOptions({ writeIdToDOM: true, useMethodCallerListeners: true })
    this.codeSpace.setOverallBehavior(
      this.space
        .define()
        .lifetime('created', function () {
          Object.assign(this, { createSelectorQuery: () => createSelectorQuery(this) })
        })
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

  /** Runs the scripts of the main package: those of the components, then those of the pages. */
  runScripts(run: (path: string) => void): void {
    this.#run = run
    this.#enterPackage('')
    installStyles(this.#program)
    for (const error of this.#program.scriptErrors) this.#errors.report(error)
    const { faults } = this.#program
    if (faults.length > 0) this.#errors.report(new Error(faults.join('\n')))
  }

  /**
   * Enters the sub-package of a page, if it has one: its scripts run now. Reports what the build has found wrong in the page
   * and its components. Returns false if there is no such page, or it is broken.
   */
  enter(path: string): boolean {
    if (!this.#program.app.pages.includes(path)) return false
    this.#enterPart(path, new Set())
    return this.#registered.has(path) && !this.#failures.has(path)
  }

  #enterPart(path: string, seen: Set<string>): void {
    const part = this.#program.parts[path]
    if (part === undefined || seen.has(path)) return
    seen.add(path)
    this.#enterPackage(this.#program.app.packages.find((folder) => path.startsWith(folder)) ?? '')
    if (part.faults.length > 0 && !this.#told.has(path)) {
      this.#told.add(path)
      const fault = new Error(part.faults.join('\n'))
      this.#errors.report(fault)
      if (part.isBroken && this.#isPage(part)) this.#failures.set(path, fault)
    }
    const using = { ...this.#program.app.usingComponents, ...part.json.usingComponents }
    for (const component of Object.values(using)) this.#enterPart(component, seen)
  }

  /** Runs the scripts of a package, once; '' is the main package. Reports those that did not register. */
  #enterPackage(folder: string): void {
    if (this.#entered.has(folder)) return
    this.#entered.add(folder)
    const { packages } = this.#program.app
    const own = Object.values(this.#program.parts).filter(
      ({ path }) => (packages.find((one) => path.startsWith(one)) ?? '') === folder,
    )
    const outer = this.#current
    for (const part of [...own.filter((one) => !this.#isPage(one)), ...own.filter((one) => this.#isPage(one))]) {
      this.#runScript(part)
    }
    this.#current = outer
  }

  #runScript(part: ProgramPart): void {
    this.#current = part
    const call = this.#isPage(part) ? 'Page' : 'Component'
    try {
      this.#run(part.path)
      if (this.#registered.has(part.path)) return
      this.#errors.report(new Error(`${part.path} has not been registered yet: its script does not call ${call}()`))
    } catch (error) {
      this.#errors.report(error)
      this.#failures.set(part.path, error)
    }
    // In place of a broken component there is an empty one.
    if (call === 'Component' && !this.#registered.has(part.path)) this.Component({})
  }

  #isPage({ path }: ProgramPart): boolean {
    return this.#program.app.pages.includes(path)
  }

  /** The exception of a page's script when it was loaded, or what the build has found wrong in the page. */
  failureOf(path: string): unknown {
    return this.#failures.get(path)
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
