import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones, startPhone } from '../testing/browser-phone.ts'

describe('wx storage and files in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  it('storage: values come back equal, are separate for each user, and survive a reload', async () => {
    const phone = await phones.open({ user: 'alice' })
    const first = await phone.run(
      `wx.setStorageSync('o', { a: [1, null, 'ü'] }); wx.setStorageSync('d', new Date(5)); wx.setStorageSync('n', NaN)
      wx.setStorageSync('t:x', 'a:b')
      await wx.setStorage({ key: 'late', data: true })
      const info = wx.getStorageInfoSync()
      return { values: [wx.getStorageSync('o'), wx.getStorageSync('d') instanceof Date, Object.is(wx.getStorageSync('n'), NaN),
        wx.getStorageSync('t:x'), wx.getStorageSync('none')], keys: info.keys.sort(), limit: info.limitSize,
        missing: await wx.getStorage({ key: 'none' }).catch((error) => error),
        got: await settle((c) => wx.getStorage({ key: 'late', ...c })) }`,
    )
    assert.deepEqual(first, {
      values: [{ a: [1, null, 'ü'] }, true, true, 'a:b', ''],
      keys: ['d', 'late', 'n', 'o', 't:x'],
      limit: 10240,
      missing: { errMsg: 'getStorage:fail data not found' },
      got: { ok: { data: true, errMsg: 'getStorage:ok' } },
    })
    await startPhone(phone, { user: 'bob' })
    assert.deepEqual(await phone.run("return wx.getStorageInfoSync().keys.concat(wx.getStorageSync('o'))"), [''])
    await phone.page.reload()
    await startPhone(phone, { user: 'alice' })
    assert.deepEqual(await phone.run("return wx.getStorageSync('o')"), { a: [1, null, 'ü'] })
    const gone = await phone.run<unknown[]>(
      `wx.removeStorageSync('o'); const one = wx.getStorageSync('o'); await wx.clearStorage()
      return [one, wx.getStorageInfoSync().keys, (() => { try { wx.setStorageSync('big', 'x'.repeat(2 ** 20)) } catch (e) { return e.message } })()]`,
    )
    assert.deepEqual(gone, ['', [], 'setStorageSync:fail entry size limit reached'])
  })

  it('files: encodings, parts, folders, and the texts of failures', async () => {
    const phone = await phones.open()
    const text = 'héllo 中文'
    const result = await phone.run<Record<string, unknown>>(
      `const fs = wx.getFileSystemManager(), usr = wx.env.USER_DATA_PATH
      const thrown = (work) => { try { work(); return 'nothing' } catch (error) { return error.message } }
      fs.writeFileSync(usr + '/t.txt', args)
      const encodings = ['utf8', 'base64', 'hex', 'latin1', 'ascii', 'utf16le'].map((name) => fs.readFileSync(usr + '/t.txt', name))
      fs.mkdirSync(usr + '/a/b', true)
      fs.writeFileSync(usr + '/a/b/x', 'aGk=', 'base64')
      fs.writeFileSync(usr + '/a/raw', new Uint8Array([1, 200, 3]).buffer)
      fs.copyFileSync(usr + '/a/raw', usr + '/a/copy')
      const stats = fs.statSync(usr + '/a/raw')
      return { encodings, part: fs.readFileSync(usr + '/t.txt', 'utf8', 1, 2), x: fs.readFileSync(usr + '/a/b/x', 'utf8'),
        bytes: [...new Uint8Array(fs.readFileSync(usr + '/a/copy'))], list: fs.readdirSync(usr + '/a'), top: fs.readdirSync(usr),
        stats: [stats.size, stats.isFile(), stats.isDirectory(), fs.statSync(usr + '/a').isDirectory()],
        info: (await settle((c) => fs.getFileInfo({ filePath: usr + '/t.txt', ...c }))).ok,
        sha: (await settle((c) => fs.getFileInfo({ filePath: usr + '/t.txt', digestAlgorithm: 'sha256', ...c }))).ok.digest,
        promise: typeof fs.readFile({ filePath: usr + '/t.txt' }),
        missing: (await settle((c) => fs.readFile({ filePath: 'http://tmp/none', ...c }))).failed,
        texts: [
          () => fs.mkdirSync(usr + '/a'), () => fs.mkdirSync(usr + '/x/y'), () => fs.rmdirSync(usr + '/a'),
          () => fs.readFileSync(usr + '/a'), () => fs.accessSync(usr + '/none'), () => fs.writeFileSync(usr + '/../e', 'x'),
          () => fs.writeFileSync('http://tmp/e', 'x'), () => fs.unlinkSync(usr + '/a'), () => fs.readFileSync(usr + '/t.txt', 'no'),
          () => fs.readFileSync(usr + '/t.txt', 'utf8', 0, 999), () => fs.rmdirSync(usr, true),
        ].map(thrown),
        after: (fs.rmdirSync(usr + '/a', true), fs.readdirSync(usr)) }`,
      text,
    )
    const bytes = Buffer.from(text)
    const encodings = (['utf8', 'base64', 'hex', 'latin1', 'ascii', 'utf16le'] as const).map((name) =>
      bytes.toString(name),
    )
    assert.deepEqual(result, {
      encodings,
      part: 'é',
      x: 'hi',
      bytes: [1, 200, 3],
      list: ['b', 'copy', 'raw'],
      top: ['a', 't.txt'],
      stats: [3, true, false, true],
      info: { size: bytes.length, digest: createHash('md5').update(bytes).digest('hex'), errMsg: 'getFileInfo:ok' },
      sha: createHash('sha256').update(bytes).digest('hex'),
      promise: 'undefined',
      missing: { errMsg: 'readFile:fail no such file or directory, open "http://tmp/none"', errno: 1300002 },
      texts: [
        'mkdirSync:fail file already exists, mkdir "wxfile://usr/a"',
        'mkdirSync:fail no such file or directory, mkdir "wxfile://usr/x/y"',
        'rmdirSync:fail directory not empty "wxfile://usr/a"',
        'readFileSync:fail illegal operation on a directory, open "wxfile://usr/a"',
        'accessSync:fail no such file or directory, access "wxfile://usr/none"',
        'writeFileSync:fail permission denied, open "wxfile://usr/../e"',
        'writeFileSync:fail permission denied, open "http://tmp/e"',
        'unlinkSync:fail operation not permitted "wxfile://usr/a"',
        'readFileSync:fail invalid encoding "no"',
        'readFileSync:fail the value of "position" or "length" is out of range',
        'rmdirSync:fail permission denied, rmdir "wxfile://usr"',
      ],
      after: ['t.txt'],
    })
  })

  it('files: saved files survive a reload, for their user only; temporary ones do not', async () => {
    const phone = await phones.open({ user: 'alice' })
    const kept = await phone.run<{ saved: string; temp: string }>(
      `const fs = wx.getFileSystemManager()
      const { tempFilePath: temp } = (await settle((c) => wx.downloadFile({ url: args, ...c }))).ok
      const { tempFilePath } = (await settle((c) => wx.downloadFile({ url: args, ...c }))).ok
      fs.writeFileSync(wx.env.USER_DATA_PATH + '/own.txt', 'own')
      const saved = fs.saveFileSync(tempFilePath)
      await later(100)
      return { saved, temp }`,
      phones.url,
    )
    assert.match(kept.saved, /^wxfile:\/\/store_[0-9a-f]{32}/)
    const look = `const fs = wx.getFileSystemManager()
      const size = (path) => { try { return fs.readFileSync(path).byteLength > 2 } catch (error) { return error.message.split(',')[0] } }
      const { fileList } = (await settle((c) => fs.getSavedFileList(c))).ok
      return [size(args.saved), size(args.temp), size(wx.env.USER_DATA_PATH + '/own.txt'), fileList.length]`
    await phone.page.reload()
    await startPhone(phone, { user: 'alice' })
    const none = 'readFileSync:fail no such file or directory'
    assert.deepEqual(await phone.run(look, kept), [true, none, true, 1])
    await phone.page.reload()
    await startPhone(phone, { user: 'bob' })
    assert.deepEqual(await phone.run(look, kept), [none, none, none, 0])
  })
})
