import { LOGIN_TYPES } from '../caller/rule-auth.ts'
import {
  type CompareNode,
  childrenOf,
  type LogicalNode,
  type MemberNode,
  type RuleNode,
  type UnaryNode,
  type VariableNode,
} from '../language/ast.ts'
import { noVariable } from '../language/compile.ts'
import { A_BOOLEAN, TYPE_NAMES, wrongType } from '../language/values.ts'
import { nearest } from '../nearest.ts'
import type { PossibleValue, World } from '../possible/possible-value.ts'
import { isTruth, mayHold, mustHold, possibleTypeName, possibleValues } from '../possible/possible-values.ts'
import { type Text, text } from '../text.ts'
import type { UnkeyedFinding } from './finding.ts'
import type { RuleProfile } from './rule-profile.ts'

/** Findings about clauses that do not depend on the caller or the request. */
export function clauseFindings(root: RuleNode, source: string, profile: RuleProfile): readonly UnkeyedFinding[] {
  return new ClauseChecker(source, profile).check(root)
}

class ClauseChecker {
  readonly #source: string
  readonly #profile: RuleProfile
  readonly #worlds: readonly World[]
  readonly #variables: World['variables']
  readonly #found: UnkeyedFinding[] = []

  constructor(source: string, profile: RuleProfile) {
    this.#source = source
    this.#profile = profile
    this.#worlds = profile.worlds
    this.#variables = profile.worlds[0]?.variables ?? new Map()
  }

  check(root: RuleNode): readonly UnkeyedFinding[] {
    this.#visit(root)
    const constant = root.kind === 'literal' && typeof root.value === 'boolean'
    if (this.#found.length === 0 && !constant && !this.#mayHold(root)) {
      this.#never(root, text('this rule never allows anything', '这条规则永远不会放行'), this.#reason(root))
    }
    return this.#found
  }

  /** Visits children first. A node is not reported when one of its children was. */
  #visit(node: RuleNode): void {
    const before = this.#found.length
    for (const child of childrenOf(node)) this.#visit(child)
    if (this.#found.length > before) return
    switch (node.kind) {
      case 'variable':
        this.#variable(node)
        break
      case 'member':
        this.#member(node)
        break
      case 'unary':
        this.#operands(node, node.operator === '!' ? [node.operand] : [])
        break
      case 'logical':
        this.#operands(node, node.operands)
        if (this.#found.length === before && !this.#mayHold(node)) this.#exclusive(node)
        break
      case 'compare':
      case 'test':
        this.#comparison(node)
        break
    }
  }

  #variable(node: VariableNode): void {
    if (this.#variables.has(node.name)) return
    const missing = noVariable(node.name)
    const names = [...this.#variables.keys()]
    const near = nearest(node.name, ['null', ...names, 'true', 'false'])
    const others = names.slice(0, -1)
    const last = names.at(-1)
    const advice =
      this.#profile.elsewhere.get(node.name) ??
      (near === undefined
        ? text(`the variables are ${others.join(', ')} and ${last}`, `可用的有 ${others.join('、')} 和 ${last}`)
        : text(`did you mean ${near}?`, `是否想写 ${near}？`))
    this.#add('error', 'unknown-variable', node, text(`${missing.en}; ${advice.en}`, `${missing.zh}；${advice.zh}`))
  }

  #member(node: MemberNode): void {
    const { object, property, start, end } = node
    const path = pathOf(node)
    const missing = path === undefined ? undefined : this.#profile.missing.get(path)
    if (missing !== undefined) this.#add('warning', missing.code, node, missing.message)
    if (missing !== undefined || object.kind !== 'variable' || typeof property !== 'string') return
    const variable = this.#variables.get(object.name)
    if (variable === undefined || variable.members?.has(property) === true || variable.value.some(isData)) return
    const names = [...(variable.members?.keys() ?? [])]
    const near = nearest(property, names)
    const name = `${object.name}.${property}`
    const list = names.map((known) => `${object.name}.${known}`)
    const advice =
      near === undefined
        ? names.length === 0
          ? text(`${object.name} has no members`, `${object.name} 没有成员`)
          : text(`the members are ${list.join(', ')}`, `可用的有 ${list.join('、')}`)
        : text(`did you mean ${object.name}.${near}?`, `是否想写 ${object.name}.${near}？`)
    this.#add(
      'warning',
      'unknown-member',
      { start, end },
      text(`${name} is always missing; ${advice.en}`, `${name} 永远缺失；${advice.zh}`),
    )
  }

  /** Reports operands that are never a boolean, as in `auth && ...`. They are errors whenever they are present. */
  #operands(node: LogicalNode | UnaryNode, operands: readonly RuleNode[]): void {
    for (const operand of operands) {
      const values = this.#worlds.flatMap((world) => possibleValues(operand, world))
      if (values.some(isTruth)) continue
      const present = values.find((value) => possibleTypeName(value) !== TYPE_NAMES.missing) ?? values[0]
      if (present === undefined || present.is === 'error') continue
      const wrong = wrongType(node.operator, A_BOOLEAN, possibleTypeName(present))
      const written = this.#source.slice(operand.start, operand.end)
      const instead = node.operator === '!' ? `${written} == null` : `${written} != null`
      const message = text(`${wrong.en}; write ${instead}`, `${wrong.zh}；请写 ${instead}`)
      this.#add('warning', 'not-boolean', node.operator === '!' ? node : operand, message)
    }
  }

  #comparison(node: RuleNode): void {
    if (!this.#mayHold(node)) {
      this.#never(node, text('this is never true', '这个条件永远不会成立'), this.#reason(node))
    } else if (node.kind === 'compare' && this.#worlds.every((world) => mustHold(node, world))) {
      this.#add('note', 'always-holds', node, text('this is always true', '这个条件总是成立'))
    }
  }

  /** Reports conditions that can each be true, but never together. */
  #exclusive(node: LogicalNode): void {
    const cause = this.#profile.causes.find(({ worlds }) => worlds.some((world) => mayHold(node, world)))
    if (cause === undefined)
      this.#never(node, text('these conditions are never true together', '这些条件不可能同时成立'))
    else this.#add('warning', cause.code, node, cause.message)
  }

  #mayHold(node: RuleNode): boolean {
    return this.#worlds.some((world) => mayHold(node, world))
  }

  #never(node: RuleNode, message: Text, reason?: Text): void {
    const { en, zh } =
      reason === undefined ? message : text(`${message.en}: ${reason.en}`, `${message.zh}：${reason.zh}`)
    this.#add('warning', 'never-holds', node, text(en, zh))
  }

  /** The error that the node always ends in, or the types of its sides. */
  #reason(node: RuleNode): Text | undefined {
    const error = this.#valuesOf(node).find((value) => value.is === 'error')
    if (error?.is === 'error') return error.error
    return node.kind === 'compare' ? this.#sides(node) : undefined
  }

  #sides({ left, right, operator }: CompareNode): Text | undefined {
    const logins = [left, right].find((side) => this.#valuesOf(side).some(isLoginType))
    if (logins !== undefined) {
      const names = [...new Set(this.#valuesOf(logins).filter(isLoginType).map(shown))]
      const label = this.#source.slice(logins.start, logins.end)
      return text(`${label} is one of ${names.join(', ')}`, `${label} 只会是 ${names.join('、')}`)
    }
    if (operator === 'in') return undefined
    const [a, b] = [left, right].map((side) => this.#typeOf(side))
    if (a === undefined || b === undefined || a === b) return undefined
    const [sourceA, sourceB] = [left, right].map((side) => this.#source.slice(side.start, side.end))
    return text(`${sourceA} is ${a.en}, ${sourceB} is ${b.en}`, `${sourceA} 是${a.zh}，${sourceB} 是${b.zh}`)
  }

  /** The type of the values that are not missing, when there is only one. */
  #typeOf(node: RuleNode): Text | undefined {
    const names = new Set(this.#valuesOf(node).map(possibleTypeName))
    names.delete(TYPE_NAMES.missing)
    const [name] = names
    return names.size === 1 ? name : undefined
  }

  #valuesOf(node: RuleNode): readonly PossibleValue[] {
    return this.#worlds.flatMap((world) => possibleValues(node, world))
  }

  #add(
    severity: UnkeyedFinding['severity'],
    code: UnkeyedFinding['code'],
    { start, end }: { readonly start: number; readonly end: number },
    message: Text,
  ): void {
    this.#found.push({ severity, code, span: { start, end }, message })
  }
}

function isLoginType(value: PossibleValue): boolean {
  return value.is === 'known' && LOGIN_TYPES.some((name) => name === value.value)
}

function shown(value: PossibleValue): string {
  return value.is === 'known' ? String(value.value) : ''
}

/** Whether a value is stored data, which can have any member. */
function isData(value: PossibleValue): boolean {
  return value.is === 'object' && value.members !== undefined
}

/** The dotted path of a member, such as `request.data.x`; undefined when a name is computed. */
function pathOf({ object, property }: MemberNode): string | undefined {
  if (typeof property !== 'string') return undefined
  if (object.kind === 'variable') return `${object.name}.${property}`
  const above = object.kind === 'member' ? pathOf(object) : undefined
  return above === undefined ? undefined : `${above}.${property}`
}
