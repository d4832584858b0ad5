import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RowProblem } from './problems.ts'
import { readTokens } from './read.ts'
import { readYubicoCsv } from './yubico-csv.ts'

const aes = 'd26a7c0f85fdda28bd816e406342b214'
const seed = {
  kind: 'yubikey',
  key: Buffer.from(aes, 'hex').toString('base64'),
  publicId: 'vvgutbiedkvi',
  privateId: 'ab86c04de6a3',
}

// Lines as yubikey-personalization-gui's yubikeylogger.cpp and ykman write them.
describe("Yubico's logs", () => {
  it('in the traditional format are read by the public identity', () => {
    const log = `LOGGING START,12/11/2013 11:09\nYubico OTP,12/11/2013 11:10,1,vvgutbiedkvi,ab86c04de6a3,${aes},,,0,0,0,0,0,0,0,0,0,0`
    assert.deepEqual(readYubicoCsv(log), { rows: [{ row: 2, serial: 'vvgutbiedkvi', seed, lastStep: -1 }], errors: [] })
  })

  it('in the Yubico format are read by the serial number', () => {
    const log = `508326,vvgutbiedkvi,ab86c04de6a3,${aes},000000000000,2013-12-12T08:43:17,`
    assert.deepEqual(readYubicoCsv(log), { rows: [{ row: 1, serial: '508326', seed, lastStep: -1 }], errors: [] })
    assert.equal(readYubicoCsv(log.replace('508326', '')).rows[0]?.serial, 'vvgutbiedkvi')
  })

  it('in the Yubico format hold HOTP keys too', () => {
    const { rows } = readYubicoCsv('508326,,7,69cfb9202438ca68964ec3244bfa4843d073a43b,,2013-12-12T08:41:07,')
    const hotp = { kind: 'hotp', key: 'ac+5ICQ4ymiWTsMkS/pIQ9BzpDs=', digits: 6, algorithm: 'sha1' }
    assert.deepEqual(rows, [{ row: 1, serial: '508326', seed: hotp, lastStep: 6 }])
  })

  const bad: readonly (readonly [line: string, problem: RowProblem, serial: string | null])[] = [
    ['Static Password,11.12.13 19:08,1,,d5a3d50327dc,0e8e37b0e38b314a56748c030f58d21d,,,0', 'other-mode', null],
    [
      'OATH-HOTP,11.12.13 18:55,1,cccccccccccc,,916821d3a138bf855e70069605559a206ba854cd,,,0',
      'other-mode',
      'cccccccccccc',
    ],
    ['Yubico OTP,11.12.13 18:58,1,,,a54c68c7c3d5a1fec8a0c85b8d60765b,,,0', 'bad-public-id', null],
    [
      'Yubico OTP,11.12.13 18:58,1,vvgutbiedkv,ab86c04de6a3,a54c68c7c3d5a1fec8a0c85b8d60765b',
      'bad-public-id',
      'vvgutbiedkv',
    ],
    ['508326,,,9e2fd386224a7f77e9b5aee775464033,,2013-12-12T08:44:34,', 'other-mode', '508326'],
    ['508326,ubnu,0,69cfb9202438ca68964ec3244bfa4843d073a43b,,2013-12-12T08:41:07,', 'has-prefix', '508326'],
    [`508326,vvgutbiedkvi,ab86c04de6,${aes},000000000000,2013-12-12T08:43:17,`, 'bad-private-id', '508326'],
    ['508326,vvgutbiedkvi,ab86c04de6a3,d26a,000000000000,2013-12-12T08:43:17,', 'bad-key', '508326'],
    ['508326,vvgutbiedkvi', 'bad-columns', '508326'],
  ]
  for (const [line, problem, serial] of bad)
    it(`tell that ${line.slice(0, 60)}… is wrong: ${problem}`, () => {
      assert.deepEqual(readYubicoCsv(line), { rows: [], errors: [{ row: 1, serial, problem }] })
    })

  it('are told from other CSV', async () => {
    const formatOf = async (text: string) => {
      const read = await readTokens({ text, format: 'auto', key: null, password: null })
      return typeof read === 'string' ? read : read.format
    }
    assert.equal(await formatOf(`508326,vvgutbiedkvi,ab86c04de6a3,${aes},000000000000,2013-12-12T08:43:17,`), 'yubico')
    assert.equal(await formatOf('LOGGING START,11.12.13 16:43\nStatic Password,x'), 'yubico')
    assert.equal(await formatOf(`\ufeff508326,${aes},TOTP,6,SHA1,30`), 'oath-csv')
    assert.equal(await formatOf('\ufeff <?xml version="1.0"?><a/>'), 'not-pskc')
    assert.equal(await formatOf('# nothing\n\n'), 'empty')
    assert.equal(await formatOf(`A1,${aes}\n`.repeat(5_001)), 'too-large')
    assert.equal(await formatOf(' '.repeat(16 * 1024 * 1024 + 1)), 'too-large')
  })
})
