/** wx-server-sdk 4.0.2, the SDK of WeChat cloud functions, as administrator. */
import { serverForFile } from './support/server.ts'
import { wxServerCases } from './support/wx-server-cases.ts'

const server = await serverForFile({ config: { storage: { maxFileSize: '5MB' } } })

await wxServerCases(server, 'wx-server-sdk', {
  missingFile: { code: 'STORAGE_FILE_NONEXIST' },
  badName: { code: 'INVALID_FILE_NAME' },
  tooLarge: { code: 'STORAGE_REQUEST_FAIL', errMsg: /\[EXCEED_UPLOAD_MAXFILESIZE\]/ },
  duplicate: { errMsg: /already exists/ },
  wrongKey: { code: 'INVALID_CREDENTIALS' },
  foreignEnv: { code: 'INVALID_ENV' },
})
