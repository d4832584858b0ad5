import { deviceProofText } from '../contract/device-proof.ts'
import type { DeviceReport } from '../contract/risk.ts'

/** What is kept of one user on this device: what the server gave, and a key that nobody can read out. */
interface Kept {
  readonly token: string
  readonly keys: CryptoKeyPair | null
}

/** The device as one user of one customer has it. */
export interface Device {
  /** Proves to the server, for one session, that this is the device it remembered; or offers a new key. */
  prove(session: string): Promise<Pick<DeviceReport, 'token' | 'publicKey' | 'signature'>>
  /** Keeps the token for the next visit. */
  keep(token: string): Promise<void>
}

/** Opens what this browser keeps of a user. Where it keeps nothing (private windows), each visit is a new device. */
export async function openDevice(server: string, customerKey: string, userKey: string): Promise<Device> {
  const name = [server, customerKey, userKey.trim().toLowerCase()].join('\n')
  const kept = await read(name)
  const keys = kept ? kept.keys : await newKeys()
  return {
    async prove(session) {
      const token = kept?.token ?? ''
      const known = token === '' ? {} : { token }
      if (!keys) return known
      const publicKey = base64url(await crypto.subtle.exportKey('raw', keys.publicKey))
      const text = new TextEncoder().encode(deviceProofText(session, token))
      const signature = base64url(await crypto.subtle.sign(signing, keys.privateKey, text))
      return { ...known, publicKey, signature }
    },
    keep: (token) => write(name, { token, keys }),
  }
}

const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

/** Null on pages without https, where browsers have no keys: the token alone is weaker, and still a secret. */
async function newKeys(): Promise<CryptoKeyPair | null> {
  if (!globalThis.crypto?.subtle) return null
  try {
    return await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  } catch {
    return null
  }
}

const databaseName = 'countersign'
const storeName = 'devices'

async function read(name: string): Promise<Kept | undefined> {
  try {
    return await inStore('readonly', (store) => store.get(name) as IDBRequest<Kept | undefined>)
  } catch {
    return undefined
  }
}

async function write(name: string, kept: Kept): Promise<void> {
  try {
    await inStore('readwrite', (store) => store.put(kept, name))
  } catch {
    // Nothing can be kept here; the next visit is a new device.
  }
}

async function inStore<T>(mode: IDBTransactionMode, job: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened()
  try {
    const transaction = database.transaction(storeName, mode)
    const result = await settled(job(transaction.objectStore(storeName)))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return result
  } finally {
    database.close()
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(storeName)
  return settled(request)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
