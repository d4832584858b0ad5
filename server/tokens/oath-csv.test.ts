import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readOathCsv } from './oath-csv.ts'
import type { RowProblem } from './problems.ts'
import { isWeak } from './rows.ts'

const hex = '3132333435363738393031323334353637383930'
const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const key = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA='
const totp = { kind: 'totp', key, digits: 6, algorithm: 'sha1', periodSeconds: 30 }
const hotp = { kind: 'hotp', key, digits: 6, algorithm: 'sha1' }

describe('OATH tokens as CSV', () => {
  const rows: readonly (readonly [line: string, seed: object, lastStep: number])[] = [
    [`A1,${hex}`, totp, -1],
    [`A1,${base32}`, totp, -1],
    [`A1,${base32.toLowerCase()}`, totp, -1],
    [`A1;${hex};TOTP;8;SHA256;60`, { ...totp, digits: 8, algorithm: 'sha256', periodSeconds: 60 }, -1],
    [`A1\t${hex}\ttotp\t6\tHMAC-SHA512\t30`, { ...totp, algorithm: 'sha512' }, -1],
    [`"A1","${hex}","HOTP","6","SHA-1","0"`, hotp, -1],
    [` A1 , ${hex} , HOTP , 6 , SHA1 , 17 `, hotp, 16],
    [`A1,${hex},hotp,,,`, hotp, -1],
    [`A1,31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30`, totp, -1],
  ]
  for (const [line, seed, lastStep] of rows)
    it(`take ${line}`, () => {
      assert.deepEqual(readOathCsv(line), { rows: [{ row: 1, serial: 'A1', seed, lastStep }], errors: [] })
    })

  const bad: readonly (readonly [line: string, problem: RowProblem, serial?: string | null])[] = [
    [`,${hex}`, 'no-serial', null],
    [`A 1,${hex}`, 'bad-serial', 'A 1'],
    [`${'9'.repeat(65)},${hex}`, 'bad-serial', '9'.repeat(64)],
    ['A1', 'bad-columns'],
    [`A1,"${hex}`, 'bad-columns', null],
    [`A1,"${hex}"x`, 'bad-columns', null],
    ['A1,', 'bad-secret'],
    ['A1,secret-0189', 'bad-secret'],
    [`A1,${hex.slice(0, 18)}`, 'short-secret'],
    [`A1,${'00'.repeat(129)}`, 'long-secret'],
    [`A1,${hex},OCRA`, 'bad-type'],
    [`A1,${hex},TOTP,7`, 'bad-digits'],
    [`A1,${hex},TOTP,six`, 'bad-digits'],
    [`A1,${hex},TOTP,6,MD5`, 'bad-algorithm'],
    [`A1,${hex},TOTP,6,constructor`, 'bad-algorithm'],
    [`A1,${hex},TOTP,6,SHA1,90`, 'bad-period'],
    [`A1,${hex},HOTP,6,SHA1,-1`, 'bad-counter'],
    [`A1,${hex},HOTP,6,SHA1,9999999999999`, 'bad-counter'],
  ]
  for (const [line, problem, serial = 'A1'] of bad)
    it(`tell that ${line.slice(0, 70)} is wrong: ${problem}`, () => {
      assert.deepEqual(readOathCsv(line), { rows: [], errors: [{ row: 1, serial, problem }] })
    })

  it('are told by their line, counted as an editor does; empty lines and comments are left out', () => {
    const { rows: good, errors } = readOathCsv(`# a comment\r\n\r\nA1,${hex}\r\nA2,!\r\n\nA3,${hex}\n`)
    assert.deepEqual(
      good.map(({ row, serial }) => [row, serial]),
      [
        [3, 'A1'],
        [6, 'A3'],
      ],
    )
    assert.deepEqual(errors, [{ row: 4, serial: 'A2', problem: 'bad-secret' }])
  })

  it("may be headed, as in Microsoft Entra's upload", () => {
    const { rows: read } = readOathCsv(
      `upn,serial number,secret key,time interval,manufacturer,model\nalice@example.com,1234567,${base32},60,Contoso,HardwareKey`,
    )
    assert.deepEqual(read, [{ row: 2, serial: '1234567', seed: { ...totp, periodSeconds: 60 }, lastStep: -1 }])
  })

  it('with a heading of counters are counting tokens', () => {
    const { rows: read } = readOathCsv(`Serial;Seed;Counter\nA1;${hex};5`)
    assert.deepEqual(read, [{ row: 2, serial: 'A1', seed: hotp, lastStep: 4 }])
  })

  it('are weak with 80 to 127 bits', () => {
    const weak = (bytes: number) => {
      const [row] = readOathCsv(`A1,${'ab'.repeat(bytes)}`).rows
      return row && isWeak(row.seed)
    }
    assert.deepEqual([9, 10, 15, 16, 20].map(weak), [undefined, true, true, false, false])
  })
})
