/** wx-server-sdk 2.6.3, the SDK of older WeChat cloud functions, as administrator. It reports numbers and drops the codes. */
import { serverForFile } from './support/server.ts'
import { wxServerCases } from './support/wx-server-cases.ts'

const server = await serverForFile({ config: { storage: { maxFileSize: '5MB' } } })

/** The number for every code that this version does not know. */
const UNKNOWN = -501001

await wxServerCases(server, 'wx-server-sdk-2', {
  missingFile: { errCode: -503003 },
  // A defect of the SDK: it reads the upload URL from the error.
  badName: { errMsg: "uploadFile:fail Cannot read properties of undefined (reading 'url')" },
  tooLarge: { errCode: -503001, errMsg: /the file is larger than 5242880 bytes/ },
  duplicate: { errCode: UNKNOWN, errMsg: /this unique value already exists/ },
  wrongKey: { errCode: UNKNOWN, errMsg: /wrong secretKey/ },
  foreignEnv: { errCode: UNKNOWN, errMsg: /this server serves demo-1abcde/ },
})
