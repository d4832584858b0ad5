import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { type Description, descriptionOf, type Route, routesOf } from './description.ts'
import { newCustomer } from './people.ts'

const run = promisify(execFile)
const programTimeoutMs = 60_000

let server: TestServer
let folder: string
let page: string
let description: Description
let routes: Route[]
before(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'countersign-reference-'))
  await newCustomer(server) // a younger one, whose key must not be shown
  page = await (await fetch(`${server.baseUrl}/docs`)).text()
  description = await descriptionOf(server.baseUrl)
  routes = routesOf(description)
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

/** The text that a reader sees and copies. */
function textOf(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '')
}

const nameOf = (path: string) => path.replace(/^\/moas\/(api\/(auth|admin)|api|rest)\//, '').replaceAll('/', '-')

function articleOf(path: string, html = page): string {
  const article = new RegExp(`<article aria-labelledby="${nameOf(path)}">.*?</article>`, 's').exec(html)?.[0]
  assert.ok(article, `${path} has its part`)
  return article
}

interface Shown {
  readonly request: Record<string, unknown>
  /** As text: not every answer is JSON. */
  readonly answer: string
  /** By the id of the language. */
  readonly samples: Readonly<Record<string, string>>
}

function shownFor(path: string, html = page): Shown {
  const blocks = [...articleOf(path, html).matchAll(/<figure class="code ?([^"]*)">.*?<code>(.*?)<\/code>/gs)]
  const [request = '', answer = ''] = blocks.filter(([, kind]) => kind === '').map(([, , code = '']) => textOf(code))
  const samples = blocks.flatMap(([, kind = '', code = '']) =>
    kind === '' ? [] : [[kind.replace('sample ', ''), textOf(code)] as const],
  )
  return { request: JSON.parse(request), answer, samples: Object.fromEntries(samples) }
}

describe('/docs', () => {
  it('has every call, with what it does, its fields, an example and a sample in five languages', () => {
    assert.equal(page.match(/<article/g)?.length, routes.length)
    for (const { path, operation, body, fields } of routes) {
      const article = articleOf(path)
      const text = textOf(article)
      assert.ok(text.includes(operation.summary?.replaceAll('`', '') ?? '?'), path)
      assert.ok(text.includes(path), path)
      for (const [name, { description: about = '' }] of Object.entries(fields)) {
        if (!about) continue
        const row = new RegExp(`<tr><th scope="row"><code>${name}</code></th>.*?</tr>`).exec(article)?.[0] ?? ''
        assert.ok(textOf(row).includes(about.replaceAll('`', '')), `${path} ${name}`)
        assert.equal(/required/.test(textOf(row).replace(about, '')), body.required?.includes(name) ?? false)
      }
      assert.deepEqual(Object.keys(shownFor(path).samples), ['curl', 'node', 'php', 'java', 'python'], path)
    }
  })

  it('has examples that are valid by the schema they illustrate', () => {
    for (const { path, body, fields } of routes) {
      const { request } = shownFor(path)
      for (const name of body.required ?? []) assert.ok(Object.hasOwn(request, name), `${path} ${name}`)
      for (const name of Object.keys(request)) assert.ok(Object.hasOwn(fields, name), `${path} ${name}`)
    }
  })

  it('fills in the address of this server, and the key of the oldest customer only', () => {
    for (const { path, operation } of routes) {
      const { samples } = shownFor(path)
      for (const [language, sample] of Object.entries(samples)) {
        assert.ok(sample.includes(`${server.baseUrl}${path}`), `${path} ${language}`)
        assert.equal(sample.includes(testKey.apiKey), operation.security?.length !== 0, `${path} ${language}`)
      }
    }
    assert.doesNotMatch(page, /the-api-key-of-customer|YOUR_/)
  })

  it('is one page with a title, one main part, one h1, and headings that skip no level', () => {
    assert.match(page, /^<!doctype html>\n<html lang="en">/)
    assert.equal(page.match(/<main/g)?.length, 1)
    const levels = [...page.replace(/<nav.*?<\/nav>/s, '').matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    assert.equal(levels.filter((level) => level === 1).length, 1)
    for (const [index, level] of levels.entries()) assert.ok(level <= (levels[index - 1] ?? 0) + 1)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length)
    for (const [, anchor] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(anchor), anchor)
  })

  it('loads nothing from elsewhere and runs nothing inline', async () => {
    assert.doesNotMatch(page, /<style|style=|<script>|\son[a-z]+=|(src|href)="https?:/i)
    for (const path of ['/docs', '/docs/style.css', '/docs/script.js']) {
      const response = await fetch(server.baseUrl + path)
      assert.equal(response.status, 200)
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.doesNotMatch(await response.text(), /@import|url\(|import\(/)
    }
  })

  it('keeps its style and its languages in step', async () => {
    const style = await (await fetch(`${server.baseUrl}/docs/style.css`)).text()
    for (const [, id] of page.matchAll(/id="language-(\w+)"/g))
      assert.ok(style.includes(`body:has(#language-${id}:checked) .sample:not(.${id})`), id)
  })

  it('is not itself a call that is described', () => {
    assert.ok(!Object.keys(description.paths).some((path) => path.startsWith('/docs')))
  })
})

describe('/docs in production', () => {
  it('shows placeholders instead of a key, and no page of development', async (test) => {
    const production = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    test.after(() => production.close())
    const { statusCode, body } = await production.assembled.app.inject('/docs')
    assert.equal(statusCode, 200)
    assert.ok(!body.includes(testKey.apiKey) && !body.includes(String(testKey.customerKey)))
    assert.match(body, /API_KEY=&#39;YOUR_API_KEY&#39;/)
    assert.match(body, /https:\/\/mfa\.example\.com\/moas\/api\/auth\/challenge/)
    assert.doesNotMatch(body, /\/dev\//)
  })
})

/** How each language runs a sample that was saved as the page says. */
const languages: Readonly<Record<string, (name: string) => readonly [file: string, program: string, ...string[]]>> = {
  curl: (name) => [`${name}.sh`, 'sh'],
  node: (name) => [`${name}.mjs`, process.execPath],
  php: (name) => [`${name}.php`, 'php'],
  python: (name) => [`${name}.py`, 'python3'],
  java: (name) => [`${className(name)}.java`, 'java', '-XX:TieredStopAtLevel=1'],
}

const className = (name: string) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A compiler for each call would take minutes; these three have every kind of value, and no signature. */
const javaCalls = ['/moas/api/auth/challenge', '/moas/api/auth/auth-status', '/moas/api/admin/users/getall']

/** Why a language cannot be tried here; false: it can. */
function isMissing(language: string): string | false {
  const [, program = ''] = languages[language]?.('') ?? []
  const option = { java: '-version', sh: '-c' }[program] ?? '--version'
  return spawnSync(program, [option, '']).error ? `${program} is not on the PATH` : false
}

/** Runs a sample as its reader would, with only the values of its example replaced by real ones. */
async function runSample(language: string, path: string, real: Readonly<Record<string, unknown>>, html = page) {
  const { request, samples } = shownFor(path, html)
  let source = samples[language] ?? ''
  for (const [name, value] of Object.entries(real))
    if (typeof request[name] === 'string') source = source.replaceAll(request[name], String(value))
  const [file, program, ...options] = languages[language]?.(nameOf(path)) ?? ['', '']
  writeFileSync(join(folder, file), source)
  const { stdout, stderr } = await run(program, [...options, file], { cwd: folder, timeout: programTimeoutMs })
  assert.notEqual(stdout, '', stderr)
  return stdout
}

describe('each sample runs as it is printed, and the answer is like the printed one', { concurrency: 2 }, () => {
  for (const [index, language] of Object.keys(languages).entries())
    it(language, { timeout: 5 * programTimeoutMs, skip: isMissing(language) }, async () => {
      const person = { username: `${language}@example.com`, phone: `+1555300000${index}` }
      const call = async (path: string, real: Readonly<Record<string, unknown>> = {}, status = 'SUCCESS') => {
        if (language === 'java' && !javaCalls.includes(path)) return {}
        const told: Record<string, unknown> = JSON.parse(await runSample(language, path, { ...person, ...real }))
        const { answer } = shownFor(path)
        assert.equal(told['status'], status, `${path} ${told['message']}`)
        const typesOf = (fields: object) => Object.entries(fields).map(([name, value]) => `${name}: ${typeof value}`)
        assert.deepEqual(typesOf(told), typesOf(JSON.parse(answer)), path)
        return told
      }

      const { txId } = await call('/moas/api/auth/challenge')
      await call('/moas/api/auth/auth-status', { txId }, 'IN_PROGRESS')
      await call('/moas/api/auth/delivery-status', { txId })
      await call('/moas/api/auth/validate', { txId, token: await server.codeFor(person.phone) })
      await call('/moas/api/admin/users/create')
      await call('/moas/api/admin/users/search', {}, 'USER_FOUND')
      await call('/moas/api/admin/users/get')
      await call('/moas/api/admin/users/getall')
      await call('/moas/api/admin/users/update')
      const { secret } = await call('/moas/api/auth/google-auth-secret')
      const token = typeof secret === 'string' ? totp(secret, server.now()) : ''
      await call('/moas/api/auth/validate-google-auth-secret', { secret, token })
      await call('/moas/api/auth/recovery-codes')
      await call('/moas/api/admin/users/disable')
      await call('/moas/api/admin/users/enable')
      await call('/moas/api/admin/users/delete')
    })
})

describe('a sample holds any API key as it is', { concurrency: 2 }, () => {
  const apiKey = `q'"\\u0041$HOME{$x}\`id\`<b>&amp;%s!#/\\`
  let odd: TestServer
  let html: string
  before(async () => {
    odd = await startServer('SQLite', { COUNTERSIGN_BOOTSTRAP_API_KEY: apiKey })
    html = await (await fetch(`${odd.baseUrl}/docs`)).text()
  })
  after(() => odd.close())

  for (const language of Object.keys(languages))
    it(language, { timeout: programTimeoutMs, skip: isMissing(language) }, async () => {
      const stdout = await runSample(language, '/moas/api/admin/users/getall', {}, html)
      assert.equal(JSON.parse(stdout).status, 'SUCCESS')
    })
})
