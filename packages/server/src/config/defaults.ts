import { DEFAULT_FUNCTION_RULES } from '@cloudstead/rules'

/** The values that apply where nothing is set. */
export const DEFAULTS = {
  storage: { acl: 'READONLY', tempUrlMaxAge: 7200, maxFileSize: '100MB', resourceOpenid: 'path' },
  collection: { acl: 'PRIVATE', indexes: [] },
  security: { webDomains: [], hosts: [] },
  auth: { anonymous: true, wechat: { apiBase: 'https://api.weixin.qq.com' } },
  functions: {
    rules: DEFAULT_FUNCTION_RULES,
    defaults: { timeout: 5, memorySize: 256, maxInstances: 10, idle: 60 },
    timers: true,
    timezone: '+08:00',
    watch: true,
    sandbox: true,
  },
} as const
