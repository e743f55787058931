import { readFileSync } from 'node:fs'
import { LOG_LEVELS } from '../observe/log.ts'

export const DEV_ENV = 'demo-1abcde'
export const DEFAULT_PORT = '8787'
export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_DATA_DIR = 'data'
export const DEV_DATA_DIR = '.cloudstead'
export const DEFAULT_CONFIG = 'cloudstead.config.json'

/** What `cloudstead --help` prints. */
export const USAGE = `cloudstead: a self-hosted backend that speaks the CloudBase wire protocol

  cloudstead start --env ENV --port PORT [--host ${DEFAULT_HOST}] [--data-dir ./${DEFAULT_DATA_DIR}] [--config FILE] [--public-url URL]
                   [--records postgres://... [--master-key-file FILE]] [--blobs s3://...|file:///DIR] [--drain SECONDS]
                   [--trusted-proxy CIDR,... [--offload x-accel=/LOCATION/]] [--keep-deleted SECONDS] [--workers N]
                   [--functions DIR] [--log-level ${LOG_LEVELS.join('|')}]
      run the server; prints "cloudstead ready ..." once it listens; SIGTERM stops it
      --records (or CLOUDSTEAD_RECORDS) keeps the records in PostgreSQL, their secrets sealed under the master key in
      CLOUDSTEAD_MASTER_KEY or the file; keys and console take the same two options
      --blobs (or CLOUDSTEAD_BLOBS) keeps the files elsewhere: s3://BUCKET/PREFIX?endpoint=URL&region=REGION with the keys
      in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in another directory
      with both, start as many servers as you like; there is no data directory then
      --drain: /ready tells load balancers for so long that the server is about to stop (default 5 with --records, else 0)
      --keep-deleted: the bytes of deleted and overwritten files stay for so long, for a restore of the records (default: half
      a minute)
      --trusted-proxy: proxies whose X-Forwarded-For tells the addresses of clients
      --offload: these proxies are nginx and can read the directory of the files; large ones are sent by its internal
      location, as in deploy/nginx/cloudstead.conf
      --functions: the directory of the cloud functions, one folder for each; overrides functions.root of the configuration
      --workers: processes that serve, on one port and one data directory (default 1)
  cloudstead dev [the same options, without --records]
      run the server with defaults for development: env ${DEV_ENV}, port ${DEFAULT_PORT}, data in ./${DEV_DATA_DIR}, made-up
      WeChat users; without --functions and functions.root, functions in the functionRoot of ./cloudbaserc.json or in
      ./cloudfunctions
  cloudstead keys login --env ENV [--data-dir DIR]
      create a custom login key: {private_key_id, private_key, env_id} for the node-sdk's createTicket
  cloudstead keys api --env ENV [--data-dir DIR] [--scope storage:read,database]
      create an administrator key: {secretId, secretKey, apiKey}; --scope limits it to areas: storage, database, functions,
      users, settings, each with :read or :write
  cloudstead keys list | keys revoke ID, with the same options
      list the keys of an environment; revoke one, with the keys that it created
      (without --data-dir, keys and console look in ./${DEFAULT_DATA_DIR}, or in ./${DEV_DATA_DIR} if there is no ./${DEFAULT_DATA_DIR})
  cloudstead keys master
      make a master key for records in PostgreSQL; it is stored nowhere
  cloudstead keys reseal --env ENV --records postgres://... --new-key-file FILE
      change the master key; servers that run go on, and need the new one when they start again
  cloudstead console link --env ENV [--data-dir DIR] [--url URL]
      create a link that signs in to the Console once and expires after 30 minutes; works while the server runs;
      --url is the address at which your browser reaches the server, if it is not the one that the server prints
  cloudstead console password --env ENV [--data-dir DIR]
      read a password for the Console from standard input and set it; everybody is signed out
  cloudstead functions list | call NAME [--data JSON] [--as UID|openid:ID|anonymous] | logs [NAME] [--follow]
                       --env ENV [--data-dir DIR] [--url URL] [--json]
      list the cloud functions of the running server, with what is wrong in the project; call one, as an administrator or
      for a user; show the latest calls with what they printed
  cloudstead functions doctor [--env ENV] [--json] | install, with [--functions DIR] [--config FILE]
      say what keeps functions from running; exits 1 on an error. Install the packages that they lack, with npm
  cloudstead migrate [--env ENV] --from-data-dir DIR | --from-records URL [--from-blobs URL]
                     --to-data-dir DIR | --to-records URL [--to-blobs URL] [--master-key-file FILE]
                     [--no-wait] [--stopped] [--verify sample|all] [--json]
      copy an environment between a data directory and PostgreSQL with another place for the files, while its server
      runs; says when to stop it, then finishes, verifies, and prints how to start on the copy. Can be interrupted
      and repeated. --no-wait: copy what can be copied now and end; --stopped: no server uses the source database
  cloudstead functions list | call NAME [--data JSON] [--as UID|anonymous|openid:ID] | logs [NAME] [--follow]
                       --env ENV [--data-dir DIR] [--url URL] [--json]
      list the functions of the running server; call one, as an administrator or as a user; show what they did and wrote.
      A call that fails prints the stack of the error and exits 1
  cloudstead functions doctor [--functions DIR] [--config FILE] [--env ENV] [--json]
      say what keeps functions from running here: missing packages, ES modules, web functions, secrets in plain text
  cloudstead functions install [--functions DIR] [--config FILE]
      install the packages of functions with npm
  cloudstead rules check FILE [--for storage|database|functions] [--json] [--lang en|zh] [--resource-openid path|creator]
      check the rules in a configuration file or in a file that contains only rules; --for says what the rules in
      such a file protect, if that is not clear from the rules; exits 1 on an error
  cloudstead rules test FILE [--rules FILE] [--coverage] [--json] [--junit OUT.xml] [--lang en|zh]
      run a file of test cases against rules; exits 1 when a decision differs from what its case expects
  cloudstead --help | --version
`

/** The version of the package `cloudstead`. */
export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
