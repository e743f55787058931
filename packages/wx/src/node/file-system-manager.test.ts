import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Callbacks } from '../shared/callbacks.ts'
import type { FileStats, FileSystemManager, TextEncoding } from '../shared/file-system-types.ts'
import { phoneFor, settled } from '../testing/phone.ts'

const USR = 'wxfile://usr'

test('files: bytes, whole and in part, in every encoding', (t) => {
  const { wx, files } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  assert.equal(wx.env.USER_DATA_PATH, USR)
  const bytes = Buffer.from('héllo 中文')
  const path = files.add('a.txt', bytes)
  const whole = fs.readFileSync(path)
  assert.ok(whole instanceof ArrayBuffer)
  assert.ok(Buffer.from(whole).equals(bytes))
  const encodings: TextEncoding[] = ['utf8', 'utf-8', 'base64', 'hex', 'latin1', 'ascii', 'utf16le']
  for (const encoding of encodings) {
    assert.equal(fs.readFileSync(path, encoding), bytes.toString(encoding as BufferEncoding))
  }
  assert.equal(fs.readFileSync(path, 'utf8', 1, 2), 'é')
  assert.equal(fs.readFileSync(path, 'utf8', bytes.length), '')
  const part = fs.readFileSync(path, undefined, 2, 3)
  assert.ok(part instanceof ArrayBuffer && part.byteLength === 3)
  assert.throws(() => fs.readFileSync(path, 'utf8', 0, bytes.length + 1), {
    message: /^readFileSync:fail .*out of range/,
  })
  assert.throws(() => fs.readFileSync(path, 'toString' as TextEncoding), { message: /invalid encoding/ })
})

test('files: callbacks, never promises', async (t) => {
  const { wx, files } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  const path = files.add('a.txt', Buffer.from('text'))
  assert.equal(fs.readFile({ filePath: path }), undefined)
  const read = await settled<{ data: string | ArrayBuffer }>((c) =>
    fs.readFile({ filePath: path, encoding: 'utf8', ...c }),
  )
  assert.deepEqual(read, { data: 'text', errMsg: 'readFile:ok' })
  await assert.rejects(
    settled((callbacks) => fs.readFile({ filePath: 'http://tmp/none', ...callbacks })),
    { errMsg: 'readFile:fail no such file or directory, open "http://tmp/none"', errno: 1300002 },
  )
  const info = await settled<{ size: number; digest: string }>((c) => fs.getFileInfo({ filePath: path, ...c }))
  assert.equal(info.size, 4)
  assert.equal(info.digest, createHash('md5').update('text').digest('hex'))
  const sha = await settled<{ digest: string }>((c) =>
    fs.getFileInfo({ filePath: path, digestAlgorithm: 'sha256', ...c }),
  )
  assert.equal(sha.digest, createHash('sha256').update('text').digest('hex'))
})

test('files: the area of the program: folders, writing, copying, deleting', (t) => {
  const { wx, files } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  fs.mkdirSync(`${USR}/a/b`, true)
  assert.throws(() => fs.mkdirSync(`${USR}/a`), { message: /^mkdirSync:fail file already exists/ })
  assert.throws(() => fs.mkdirSync(`${USR}/x/y`), { message: /^mkdirSync:fail no such file or directory/ })
  fs.writeFileSync(`${USR}/a/b/t.txt`, 'aGk=', 'base64')
  fs.writeFileSync(`${USR}/a/raw`, new Uint8Array([1, 2, 3]).buffer)
  fs.copyFileSync(files.add('x.bin', new Uint8Array([9])), `${USR}/a/copy`)
  assert.equal(fs.readFileSync(`${USR}/a/b/t.txt`, 'utf8'), 'hi')
  assert.deepEqual([...new Uint8Array(fs.readFileSync(`${USR}/a/copy`))], [9])
  assert.deepEqual(fs.readdirSync(`${USR}/a`).sort(), ['b', 'copy', 'raw'])
  const file: FileStats = fs.statSync(`${USR}/a/raw`)
  assert.equal(file.size, 3)
  assert.deepEqual([file.isFile(), file.isDirectory()], [true, false])
  assert.equal(fs.statSync(`${USR}/a`).isDirectory(), true)
  assert.throws(() => fs.rmdirSync(`${USR}/a`), { message: /directory not empty/ })
  assert.throws(() => fs.readFileSync(`${USR}/a`), { message: /illegal operation on a directory/ })
  fs.unlinkSync(`${USR}/a/raw`)
  assert.throws(() => fs.accessSync(`${USR}/a/raw`), {
    message: `accessSync:fail no such file or directory, access "${USR}/a/raw"`,
  })
  fs.rmdirSync(`${USR}/a`, true)
  assert.deepEqual(fs.readdirSync(USR), [])
})

test('files: nothing outside the area of the program can be written or read', (t) => {
  const { wx, files } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  const temp = files.add('a', new Uint8Array([1]))
  for (const path of [
    '/tmp/evil',
    'http://tmp/new',
    `${USR}/../evil`,
    `${USR}/a/../../evil`,
    temp,
    'wxfile://store_x',
  ]) {
    assert.throws(() => fs.writeFileSync(path, 'x'), { message: /^writeFileSync:fail permission denied/ })
  }
  for (const path of ['/etc/hostname', 'file:///etc/hostname', `${USR}/../../etc/hostname`, 'wxfile://store_../x']) {
    assert.throws(() => fs.readFileSync(path), { message: /^readFileSync:fail no such file or directory/ })
  }
  assert.throws(() => fs.rmdirSync(USR, true), { message: /permission denied/ })
})

test('files: saveFile moves a temporary file to where it survives a restart', (t) => {
  const userDataDir = mkdtempSync(join(tmpdir(), 'wx-test-'))
  t.after(() => rmSync(userDataDir, { recursive: true, force: true }))
  const first = phoneFor(t, { userDataDir })
  const fs = first.wx.getFileSystemManager()
  const temp = first.files.add('photo.jpg', Buffer.from('photo'))
  const saved = fs.saveFileSync(temp)
  assert.match(saved, /^wxfile:\/\/store_[0-9a-f]{32}\.jpg$/)
  assert.throws(() => fs.readFileSync(temp), { message: /no such file/ })
  const named = fs.saveFileSync(first.files.add('b.jpg', Buffer.from('b')), `${USR}/b.jpg`)
  assert.equal(named, `${USR}/b.jpg`)
  assert.throws(() => fs.saveFileSync(temp), { message: 'saveFileSync:fail tempFilePath file not exist' })
  first.dispose()

  const second = phoneFor(t, { userDataDir }).wx.getFileSystemManager()
  assert.equal(second.readFileSync(saved, 'utf8'), 'photo')
  assert.equal(second.readFileSync(named, 'utf8'), 'b')
})

test('files: the list of saved files, and removing one', async (t) => {
  const { wx, files } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  const saved = fs.saveFileSync(files.add('photo.jpg', Buffer.from('photo')))
  const list = () => settled<{ fileList: Array<{ filePath: string; size: number }> }>((c) => fs.getSavedFileList(c))
  assert.deepEqual(
    (await list()).fileList.map(({ filePath, size }) => [filePath, size]),
    [[saved, 5]],
  )
  await settled((callbacks) => fs.removeSavedFile({ filePath: saved, ...callbacks }))
  assert.deepEqual((await list()).fileList, [])
})

test('files: the quota counts the files of the program, not temporary ones', (t) => {
  const { wx, files } = phoneFor(t, { userFilesQuotaBytes: 10 })
  const fs = wx.getFileSystemManager()
  const temp = files.add('big.bin', new Uint8Array(100))
  fs.writeFileSync(`${USR}/a`, '12345678')
  assert.throws(() => fs.writeFileSync(`${USR}/b`, '123'), { message: /maximum size of the file storage limit/ })
  assert.throws(() => fs.saveFileSync(temp), { message: /maximum size of the file storage limit/ })
  assert.equal(fs.statSync(temp).size, 100)
})

test('files: real files are read in place and never deleted; temporary ones are removed with the phone', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'wx-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const lent = join(directory, 'a.jpg')
  writeFileSync(lent, 'lent')
  const phone = phoneFor(t)
  const fs = phone.wx.getFileSystemManager()
  const path = phone.files.add('a.jpg', lent)
  assert.equal(fs.readFileSync(path, 'utf8'), 'lent')
  const saved = fs.saveFileSync(path)
  assert.equal(fs.readFileSync(saved, 'utf8'), 'lent')
  const own = phone.files.realPath(phone.files.add('b', Buffer.from('b'))) ?? ''
  const gone = phone.files.add('c', Buffer.from('c'))
  phone.files.remove(gone)
  assert.equal(phone.files.realPath(gone), undefined)
  assert.equal(existsSync(own), true)
  phone.dispose()
  assert.equal(existsSync(own), false)
  assert.equal(existsSync(lent), true)
})

test('files: missing arguments fail, they do not throw', async (t) => {
  const { wx } = phoneFor(t)
  const fs = wx.getFileSystemManager()
  const names = ['access', 'copyFile', 'getFileInfo', 'mkdir', 'readFile', 'readdir', 'removeSavedFile'] as const
  for (const name of [...names, 'rmdir', 'saveFile', 'stat', 'unlink', 'writeFile'] as const) {
    const call = fs[name] as unknown as (options: Callbacks) => void
    await assert.rejects(
      settled((callbacks) => call(callbacks)),
      { errMsg: new RegExp(`^${name}:fail parameter error`) },
    )
    assert.doesNotThrow(() => (fs as FileSystemManager)[name](undefined as never))
  }
})
