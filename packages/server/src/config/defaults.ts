/** The values that apply where nothing is set. */
export const DEFAULTS = {
  storage: { acl: 'READONLY', tempUrlMaxAge: 7200, maxFileSize: '100MB', resourceOpenid: 'path' },
  collection: { acl: 'PRIVATE', indexes: [] },
  security: { webDomains: [], hosts: [] },
  auth: { anonymous: true, wechat: { apiBase: 'https://api.weixin.qq.com' } },
} as const
