import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Values } from '../server/risk/levels.ts'
import { type Attack, attacks, type Login } from './risk-protocol.ts'

export type Row = Readonly<Record<string, string>>

/** Sign-ins from a CSV with the columns of docs/risk-model.md, in the order of their time. */
export function readLogins(file: string): Login[] {
  const rows: Row[] = parse(readFileSync(file), { columns: true, skip_empty_lines: true })
  return rows.map(loginOf).sort((one, other) => one.atMs - other.atMs)
}

/** A sign-in from one row of such a file. */
export function loginOf(row: Row): Login {
  const [label = '', tokenAfter = ''] = (row['label'] ?? '').split(':')
  return {
    user: row['user'] ?? '',
    atMs: Number(row['ts']),
    values: valuesOf(row),
    version: Number(/(\d+)[\d.]*$/.exec(row['browser'] ?? '')?.[1] ?? 0),
    token: row['device_token'] ?? '',
    tokenAfter,
    label: attacks.find((one): one is Attack => one === label) ?? 'legit',
  }
}

function valuesOf(row: Row): Values {
  const osName = nameOf(row['os'])
  const browserName = nameOf(row['browser'])
  return Object.fromEntries(
    Object.entries({
      country: row['country'],
      asn: row['asn'],
      prefix: row['ip']?.split('.').slice(0, 3).join('.'),
      address: row['ip'],
      deviceType: row['device'],
      osName,
      os: row['os'],
      browserName,
      browser: row['browser'],
      userAgent: row['ua'],
      webgl: under(osName, row['fp_gpu']),
      canvas: row['fp_canvas'],
      screen: under(row['device'], row['fp_screen']),
      languages: row['fp_lang'],
      timeZone: row['fp_tz'],
      hardware: under(osName, row['fp_hw']),
      fonts: under(osName, row['fp_fonts']),
      audio: under(osName, row['fp_audio']),
      roundTrip: row['rtt_ms'] && roundTripOf(Number(row['rtt_ms'])),
      networkKind: row['net'],
      hour: hourOf(Number(row['ts'])),
    }).filter(([, value]) => value),
  )
}

/** `Chrome 142` → `Chrome`. */
function nameOf(text = ''): string {
  return text.replace(/[\d. ]+$/, '')
}

function under(parent: string | undefined, value: string | undefined): string | undefined {
  return value && `${parent} ${value}`
}

const roundTripOf = (ms: number): string => String(Math.round(Math.log2(ms) * 2))
const hourOf = (ms: number): string => String(Math.floor(new Date(ms).getUTCHours() / 3))
