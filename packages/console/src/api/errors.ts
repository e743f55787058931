/** Errors of calls, with their texts in both languages. */
import { say, type Text } from '../i18n/language.ts'

/** A problem as it is shown. `ApiError` has this shape, and so have the problems inside answers. */
export interface ShownProblem {
  readonly code: string
  readonly text: Text
  readonly advice?: Text | undefined
  /** What is special about this case. */
  readonly details?: Text | undefined
  /** `details` or `text` in English. */
  readonly message?: string | undefined
  readonly requestId?: string | undefined
}

/** The status of calls without an answer. */
const NO_STATUS = 0

/** A failed call: an error answer of the server, or no answer. */
export class ApiError extends Error implements ShownProblem {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly text: Text
  readonly advice: Text | undefined
  readonly details: Text | undefined
  readonly requestId: string | undefined

  constructor(status: number, problem: ShownProblem) {
    super(problem.message ?? problem.text.en)
    this.status = status
    this.code = problem.code
    this.text = problem.text
    this.advice = problem.advice
    this.details = problem.details
    this.requestId = problem.requestId
  }
}

/** The details of a problem in the current language; undefined if there are none beyond its text. */
export function detailsOf({ details, message, text }: ShownProblem): string | undefined {
  if (details !== undefined) return say(details)
  return message === undefined || message === text.en || message === text.zh ? undefined : message
}

const UNREACHABLE: ShownProblem = {
  code: 'NETWORK',
  text: { en: 'The server cannot be reached.', zh: '无法连接服务器。' },
  advice: {
    en: 'Check that it is running and that this device is online, then try again.',
    zh: '请检查服务器是否在运行、本机网络是否正常，然后重试。',
  },
}

const BROKEN_OFF: ShownProblem = {
  code: 'BROKEN_OFF',
  text: { en: 'The response was interrupted.', zh: '响应中断。' },
  advice: { en: 'The part that was done stays done. Try again.', zh: '已完成的部分仍然有效，请重试。' },
}

function unreadable(status: number, requestId: string | undefined): ShownProblem {
  return {
    code: 'UNREADABLE',
    text: {
      en: `The server sent an unreadable response (status ${status}).`,
      zh: `服务器返回了无法识别的响应（${status}）。`,
    },
    advice: {
      en: 'A proxy between this browser and the server may have sent it. Check the server log.',
      zh: '浏览器与服务器之间可能有代理代为响应，请查看服务器日志。',
    },
    requestId,
  }
}

export function networkError(): ApiError {
  return new ApiError(NO_STATUS, UNREACHABLE)
}

export function brokenOffError(): ApiError {
  return new ApiError(NO_STATUS, BROKEN_OFF)
}

/** The error in an answer. Accepts any body. */
export function errorOf(status: number, body: unknown, requestId?: string): ApiError {
  return new ApiError(status, isProblem(body) ? body : unreadable(status, requestId))
}

/** Anything that was thrown, as an error that can be shown. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(NO_STATUS, {
    code: 'CONSOLE_FAULT',
    text: { en: 'Something went wrong in the Console.', zh: '控制台自身出错。' },
    advice: { en: 'Reload the page.', zh: '请刷新页面。' },
    message: thrown instanceof Error ? thrown.message : String(thrown),
  })
}

/** Whether a request was aborted on purpose, so that there is nothing to show. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}

function isProblem(value: unknown): value is ShownProblem {
  if (typeof value !== 'object' || value === null) return false
  const { code, text } = value as Partial<ShownProblem>
  return typeof code === 'string' && typeof text?.en === 'string' && typeof text.zh === 'string'
}
