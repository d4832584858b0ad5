import assert from 'node:assert/strict'
import { type Answered, type CallOptions, codeFor, post, testKey } from './caller.ts'
import { type DatabaseName, newPlace, type Place } from './databases.ts'
import { type ServerProcess, startProcess } from './process.ts'
import { masterKey } from './store.ts'
import { totp } from './totp.ts'

/** Signs and posts a call below `/moas/api`. */
export type Call = (path: string, body: unknown, options?: CallOptions) => Promise<Answered>

/** Server processes on one place: two on PostgreSQL, and one on SQLite, which serves one process. */
export interface Nodes {
  readonly place: Place
  readonly processes: readonly ServerProcess[]
  /** A call that goes to the nodes in turn, by its number. */
  node(index: number): Call
  codeFor(contact: string): Promise<string>
  stop(): Promise<void>
}

/** Environment by which a test can open the same place with `storeOn`. */
export const withMasterKey = { COUNTERSIGN_MASTER_KEY: masterKey.toString('base64') }

export async function startNodes(database: DatabaseName): Promise<Nodes> {
  const place = await newPlace(database)
  const processes = [await startProcess(place, withMasterKey)]
  if (database === 'PostgreSQL') processes.push(await startProcess(place, withMasterKey))
  const at = (index: number) => processes[index % processes.length] as ServerProcess // there is at least one
  return {
    place,
    processes,
    node: (index) => callTo(at(index).baseUrl),
    codeFor: (contact) => codeFor(at(0).baseUrl, contact),
    async stop() {
      await Promise.all(processes.map((one) => one.stop()))
      await place.remove()
    },
  }
}

export function callTo(baseUrl: string): Call {
  return (path, body, options) => post(baseUrl, `/moas/api${path}`, body, options)
}

/** Sets up an authenticator for a user, confirmed with the code of this moment; gives back its secret. */
export async function enrolled(call: Call, username: string, atMs = Date.now()): Promise<string> {
  const { customerKey } = testKey
  const offered = await call('/auth/google-auth-secret', { customerKey, username })
  const secret = String(offered.body['secret'])
  const token = totp(secret, atMs)
  const confirmed = await call('/auth/validate-google-auth-secret', { customerKey, username, secret, token })
  assert.equal(confirmed.body.status, 'SUCCESS', confirmed.text)
  return secret
}
