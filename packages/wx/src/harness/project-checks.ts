import { join } from 'node:path'
import { isFile, isObject, type JsonObject } from '../node/files.ts'
import type { Problems } from './problems.ts'

/** The values that WeChat's compiler accepts in `requiredPrivateInfos`; others are its error 10009. */
const PRIVATE_INFOS = [
  'chooseAddress',
  'chooseLocation',
  'choosePoi',
  'getFuzzyLocation',
  'getLocation',
  'onLocationChange',
  'startLocationUpdate',
  'startLocationUpdateBackground',
]

const MIN_TABS = 2
const MAX_TABS = 5

/** All pages of an app.json, including those of sub-packages. */
export function pagesOf(app: JsonObject): string[] {
  const inPackages = subPackages(app).flatMap((one) => strings(one.pages).map((page) => `${folderOf(one)}${page}`))
  return [...strings(app.pages), ...inPackages]
}

/** The folders of the sub-packages, with a slash at the end. */
export function packagesOf(app: JsonObject): string[] {
  return subPackages(app).map(folderOf)
}

function subPackages(app: JsonObject): JsonObject[] {
  return [app.subPackages ?? app.subpackages].flat().filter(isObject)
}

function folderOf(subPackage: JsonObject): string {
  return `${String(subPackage.root).replace(/^\/|\/$/g, '')}/`
}

/** Reports what WeChat's compiler refuses in app.json. The files of the pages are checked when they are read. */
export function checkAppJson(app: JsonObject, theme: JsonObject, root: string, path: string, problems: Problems): void {
  const pages = pagesOf(app)
  if (strings(app.pages).length === 0) problems.error(path, '"pages" has to list at least one page')
  for (const page of new Set(pages)) {
    if (page.startsWith('/')) problems.error(path, `page "${page}" must not begin with a slash`)
    if (pages.indexOf(page) !== pages.lastIndexOf(page)) problems.error(path, `page "${page}" is listed twice`)
  }
  if (app.entryPagePath !== undefined && !pages.includes(String(app.entryPagePath))) {
    problems.error(path, `"entryPagePath" names "${app.entryPagePath}", which is not in "pages"`)
  }
  for (const [index, info] of strings(app.requiredPrivateInfos).entries()) {
    if (PRIVATE_INFOS.includes(info)) continue
    problems.error(path, `requiredPrivateInfos[${index}] "${info}" has to be one of ${PRIVATE_INFOS.join(', ')}`)
  }
  if (app.tabBar !== undefined) checkTabBar(app.tabBar, strings(app.pages), theme, root, path, problems)
}

function checkTabBar(
  tabBar: unknown,
  pages: readonly string[],
  theme: JsonObject,
  root: string,
  path: string,
  problems: Problems,
): void {
  const list: readonly unknown[] = isObject(tabBar) && Array.isArray(tabBar.list) ? tabBar.list : []
  if (list.length < MIN_TABS || list.length > MAX_TABS) {
    problems.error(path, `tabBar.list has ${list.length} tabs; WeChat accepts ${MIN_TABS} to ${MAX_TABS}`)
  }
  for (const [index, tab] of list.entries()) {
    const { pagePath, text, iconPath, selectedIconPath } = isObject(tab) ? tab : {}
    if (!pages.includes(String(pagePath))) problems.error(path, `tabBar.list[${index}] "${pagePath}" is not in "pages"`)
    if (typeof text !== 'string' || text === '') problems.error(path, `tabBar.list[${index}] has no text`)
    for (const icon of [iconPath, selectedIconPath].flatMap((one) => valuesOf(one, theme))) {
      if (!isFile(join(root, icon))) problems.fault(path, `tabBar.list[${index}]: there is no file ${icon}`)
    }
  }
}

/** A value of app.json, or what the theme file has for `@name`, in each theme; the name itself if it is not there. */
function valuesOf(value: unknown, theme: JsonObject): string[] {
  if (typeof value !== 'string' || !value.startsWith('@')) return strings([value])
  const found = Object.values(theme).flatMap((one) => (isObject(one) ? strings([one[value.slice(1)]]) : []))
  return found.length === 0 ? [value] : found
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
