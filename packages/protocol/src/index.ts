export * from './caller.ts'
export * from './cloud-path.ts'
export * from './errors.ts'
export * from './file-id.ts'
