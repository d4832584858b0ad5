import { type CsvLine, readCsv } from './csv.ts'
import type { RowProblem } from './problems.ts'
import { type RowError, readOath, readSerial, readYubikey, rowError, type TokenFile, type TokenRow } from './rows.ts'

/** What the first column of the personalisation tool's traditional log says. */
const logged = /^(Yubico OTP|OATH-HOTP|Static Password|Challenge-Response|Configuration|LOGGING START)/i

/** Whether the lines are a log of Yubico's tools. */
export function isYubicoCsv(lines: readonly CsvLine[]): boolean {
  const cells = lines[0]?.cells ?? []
  return logged.test(cells[0] ?? '') || /^\d{4}-\d\d-\d\dT/.test(cells[5] ?? '')
}

/**
 * Logs of YubiKeys that were programmed, one line each. Traditional: event, time, slot, public identity, private
 * identity, key, …. "Yubico" format, which ykman writes too: serial, public identity, private identity, key, access
 * code, time; in HOTP mode the third column is the counter. (yubikey-personalization-gui, yubikeylogger.cpp)
 */
export function readYubicoCsv(text: string): TokenFile {
  const rows: TokenRow[] = []
  const errors: RowError[] = []
  for (const { row, cells } of readCsv(text)) {
    if (cells?.[0]?.toUpperCase().startsWith('LOGGING START')) continue
    const isTraditional = logged.test(cells?.[0] ?? '')
    const read = !cells ? 'bad-columns' : isTraditional ? readTraditional(cells) : readPlain(cells)
    if (typeof read === 'string') errors.push(rowError(row, cells?.[isTraditional ? 3 : 0], read))
    else rows.push({ row, ...read })
  }
  return { rows, errors }
}

/** It names no device, so the public identity is the serial number. */
function readTraditional([event = '', , , publicId = '', privateId = '', key = '']: readonly string[]): Read {
  if (event.toUpperCase() !== 'YUBICO OTP') return 'other-mode'
  return otpRow(publicId.toLowerCase(), publicId, privateId, key)
}

function readPlain([serial = '', publicId = '', third = '', key = '', ...rest]: readonly string[]): Read {
  if (rest.length === 0) return 'bad-columns'
  if (third === '') return 'other-mode' // a static password
  if (!/^[0-9a-f]{40}$/i.test(key)) return otpRow(serial || publicId.toLowerCase(), publicId, third, key)
  if (publicId !== '') return 'has-prefix'
  const named = readSerial(serial)
  if (typeof named === 'string') return named
  const columns = { type: 'HOTP', digits: '6', algorithm: 'SHA1', counter: third, period: '' }
  const oath = readOath(Buffer.from(key, 'hex'), columns)
  return typeof oath === 'string' ? oath : { ...named, ...oath }
}

type Read = Omit<TokenRow, 'row'> | RowProblem

function otpRow(serialText: string, publicId: string, privateId: string, key: string): Read {
  const seed = readYubikey(publicId, privateId, key)
  if (typeof seed === 'string') return seed
  const named = readSerial(serialText)
  return typeof named === 'string' ? named : { ...named, seed, lastStep: -1 }
}
