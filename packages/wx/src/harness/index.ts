/** The browser harness: builds a Mini Program project as a site that runs in a browser, and serves it. */
export { type BuildOptions, buildMiniProgram, type Site, type SiteFile, writeSite } from './build.ts'
export { BuildError, type Problem } from './problems.ts'
export { type BuildResult, type MiniProgramServer, type ServeOptions, serveMiniProgram } from './serve.ts'
