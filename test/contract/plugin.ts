import assert from 'node:assert/strict'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { type Key, post, sign } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { exchange, requestText } from '../support/socket.ts'

/** How a plugin reads an answer: PHP's `json_decode` gives null for what is no JSON. */
export interface PhpAnswer {
  readonly text: string
  readonly json: Readonly<Record<string, unknown>> | null
}

export interface Plugin {
  readonly server: TestServer
  /** Posts as the plugin does; without a key it sends `Authorization: Basic` with nothing behind it. */
  call(path: string, body: unknown, key?: Key | null): Promise<PhpAnswer>
  /** The same from the user's browser, on a page of the site. */
  poll(path: string, txId: unknown): Promise<PhpAnswer>
}

/** The customers that plugins begin as. */
export const sharedKey: Key = { customerKey: 16555, apiKey: 'printed-in-wordpress-magento-joomla' }
export const drupalKey: Key = { customerKey: 16622, apiKey: 'printed-in-drupal' }

/** A server whose operator has set up both. */
export async function startPluginServer(): Promise<TestServer> {
  const server = await startServer()
  await server.assembled.store.write(async (tx) => {
    for (const { customerKey, apiKey } of [sharedKey, drupalKey])
      await tx.customers.add(customerKey, 'Sign-up', apiKey, server.now())
  })
  return server
}

/** PHP with curl: WordPress of 2015, Magento, Joomla and Drupal. `odd` are the headers it sends besides. */
export function curlPlugin(server: TestServer, odd: Record<string, string> = {}): Plugin {
  return {
    server,
    async call(path, body, key = null) {
      const headers = { ...odd, ...(key ? sign(key, server.now()) : { authorization: 'Basic' }) }
      const answer = await post(server.baseUrl, path, body, { signed: false, headers })
      assert.equal(answer.code, 200, path)
      return phpAnswer(answer.text)
    },
    poll: (path, txId) => pollFrom(server, path, txId),
  }
}

/** WordPress's own HTTP: version 1.0, which knows no chunks, and a header of its own invention. */
export function wordPressPlugin(server: TestServer): Plugin {
  return {
    server,
    async call(path, body, key = null) {
      const headers = {
        'Content-Type': 'application/json',
        charset: 'UTF - 8',
        ...(key ? sign(key, server.now()) : { Authorization: 'Basic' }),
      }
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const {
        code,
        head,
        text: told,
      } = await exchange(server.baseUrl, requestText(`POST ${path} HTTP/1.0`, headers, text))
      assert.equal(code, 200, path)
      assert.match(head, /\r\ncontent-length: /i)
      assert.doesNotMatch(head, /chunked/i)
      return phpAnswer(told)
    },
    poll: (path, txId) => pollFrom(server, path, txId),
  }
}

/** jQuery on the login page: another origin, no signature, and only a 2xx is looked at. */
async function pollFrom(server: TestServer, path: string, txId: unknown): Promise<PhpAnswer> {
  const answer = await fetch(server.baseUrl + path, {
    method: 'POST',
    headers: { origin: 'https://shop.example', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ txId }),
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  return phpAnswer(await answer.text())
}

function phpAnswer(text: string): PhpAnswer {
  try {
    return { text, json: JSON.parse(text) }
  } catch {
    return { text, json: null }
  }
}

/** How WordPress, Magento 1 and Joomla write the body of `register`: put together in PHP, nothing is escaped. */
export function concatenated(key: Key, username: string, questions: readonly QuestionAnswer[]): string {
  const list = questions.map(({ question, answer }) => `{"question":"${question}","answer":"${answer}" }`)
  return `{"customerKey":"${key.customerKey}","username":"${username}","questionAnswerList":[${list.join(',')}]}`
}

/** The fields a plugin reads, by name; a missing one is undefined. */
export async function read<Name extends string>(
  calling: Promise<PhpAnswer>,
  ...names: readonly Name[]
): Promise<Record<Name, unknown>> {
  const { json, text } = await calling
  assert.ok(json, `It is no JSON: ${text}`)
  return Object.fromEntries(names.map((name) => [name, json[name]])) as Record<Name, unknown> // one for each name
}

/** `status`, which every plugin reads first. */
export async function statusOf(calling: Promise<PhpAnswer>): Promise<unknown> {
  return (await read(calling, 'status')).status
}

export async function succeeds(calling: Promise<PhpAnswer>): Promise<Readonly<Record<string, unknown>>> {
  const { json, text } = await calling
  assert.equal(json?.['status'], 'SUCCESS', text)
  return json ?? {}
}

/** What a plugin keeps of its own customer after it has registered. */
export interface Kept extends Key {
  readonly email: string
  readonly token: string
}

export function keptOf({ id, apiKey, token, email }: Readonly<Record<string, unknown>>): Kept {
  assert.match(String(id), /^\d+$/, 'is_numeric')
  assert.equal(String(token).length, 16, 'an AES key')
  return { customerKey: Number(id), apiKey: String(apiKey), token: String(token), email: String(email) }
}
