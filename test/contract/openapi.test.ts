import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import packageJson from '../../package.json' with { type: 'json' }
import { type Answered, post } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Description, descriptionOf, type Operation, type Route, routesOf, type Schema } from './description.ts'
import { customerKey } from './people.ts'

let server: TestServer
let description: Description
let routes: Route[]
before(async () => {
  server = await startServer()
  description = await descriptionOf(server.baseUrl)
  routes = routesOf(description)
})
after(() => server.close())

const operations = (): [name: string, Operation][] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  )

/** A schema and every schema inside it. */
function* within(schema: Schema): Generator<Schema> {
  yield schema
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? [])]) yield* within(inner)
}

const schemas = (): Schema[] =>
  operations().flatMap(([, { requestBody, responses }]) => {
    const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
    return contents.flatMap((content) => Object.values(content ?? {}).flatMap(({ schema }) => [...within(schema)]))
  })

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 in JSON and names the product and its release', async () => {
    const response = await fetch(`${server.baseUrl}/openapi.json`)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.match(description.openapi, /^3\.1\.\d+$/)
    assert.equal(description.info.title, 'Countersign')
    assert.equal(description.info.version, packageJson.version)
  })

  it('names the server by its base URL', () => {
    for (const { url } of description.servers) assert.ok(URL.canParse(url))
    assert.ok(description.servers.length > 0)
  })

  it('has only paths that begin with a slash and only methods that HTTP knows', () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      assert.match(path, /^\/(([A-Za-z0-9-]+|\{\w+\})\/)*([A-Za-z0-9-]+|\{\w+\})$/)
      for (const method of Object.keys(methods))
        assert.ok(['get', 'put', 'post', 'delete', 'patch', 'head', 'options'].includes(method), method)
    }
  })

  it('every operation has a summary of its own, and an answer that is described', () => {
    const summaries = operations().map(([, { summary }]) => summary)
    assert.ok(summaries.every(Boolean))
    assert.equal(new Set(summaries).size, summaries.length)
    for (const [name, { responses }] of operations()) {
      assert.ok(responses['200'] ?? responses['201'], name)
      for (const [code, { description: text }] of Object.entries(responses)) {
        assert.match(code, /^([1-5]\d\d|default)$/)
        assert.equal(typeof text, 'string', name)
      }
    }
  })

  it('every operation says what it needs to be called: a scheme that is there, or openly nothing', () => {
    for (const [name, { security }] of operations()) {
      assert.ok(security, name)
      for (const scheme of security.flatMap((one) => Object.keys(one)))
        assert.ok(Object.hasOwn(description.components.securitySchemes, scheme), `${name} ${scheme}`)
    }
    // CENTAGATE's are signed in their body.
    const open = operations().filter(
      ([name, { security }]) => security?.length === 0 && !name.includes('/CentagateWS/'),
    )
    assert.deepEqual(
      open.map(([name]) => name),
      [
        'post /moas/rest/customer/check-if-exists',
        'post /moas/rest/customer/add',
        'post /moas/rest/customer/key',
        'post /moas/rest/customer/contact-us',
        'post /moas/rest/mobile/get-timestamp',
        'post /moas/api/auth/auth-status',
        'post /moas/api/auth/registration-status',
        'get /api/device/v1/server',
        'post /api/device/v1/pairing',
      ],
    )
  })

  it('tells how to sign', () => {
    const schemes = description.components.securitySchemes
    assert.deepEqual(
      Object.values(schemes).map((scheme) => 'name' in scheme && scheme.name),
      [
        'Customer-Key',
        'Timestamp',
        'Authorization',
        'Countersign-Device',
        'Countersign-Nonce',
        'Countersign-Signature',
      ],
    )
    for (const word of ['SHA-512', 'customer key', 'timestamp', 'lower-case'])
      assert.match(schemes['signature']?.description ?? '', new RegExp(word, 'i'))
  })

  it('has only schemas of JSON Schema 2020-12', () => {
    const keywords =
      'type description properties required additionalProperties patternProperties maxProperties anyOf enum format pattern minLength maxLength minimum maximum items minItems maxItems'.split(
        ' ',
      )
    for (const schema of schemas()) {
      for (const keyword of Object.keys(schema)) assert.ok(keywords.includes(keyword), keyword)
      const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null', undefined]
      assert.ok(types.includes(schema.type), schema.type)
      assert.ok(['ipv4', 'ipv6', undefined].includes(schema.format), schema.format)
      assert.ok(schema.enum === undefined || schema.enum.length > 0)
      assert.doesNotThrow(() => new RegExp(schema.pattern ?? '', 'u'))
      assert.ok((schema.minLength ?? 0) <= (schema.maxLength ?? Number.POSITIVE_INFINITY))
      assert.ok((schema.minimum ?? Number.NEGATIVE_INFINITY) <= (schema.maximum ?? Number.POSITIVE_INFINITY))
      for (const name of schema.required ?? []) assert.ok(Object.hasOwn(schema.properties ?? {}, name), name)
    }
  })
})

describe('the list of routes', () => {
  const calls = [
    'api/admin/groups/getall',
    'api/admin/groups/members',
    'api/admin/groups/members/update',
    'api/admin/groups/update',
    'api/admin/tokens/assign',
    'api/admin/tokens/disable',
    'api/admin/tokens/enable',
    'api/admin/tokens/export',
    'api/admin/tokens/import',
    'api/admin/tokens/list',
    'api/admin/tokens/resync',
    'api/admin/tokens/unassign',
    'api/admin/users/create',
    'api/admin/users/delete',
    'api/admin/users/disable',
    'api/admin/users/enable',
    'api/admin/users/get',
    'api/admin/users/getall',
    'api/admin/users/search',
    'api/admin/users/update',
    'api/auth/auth-status',
    'api/auth/challenge',
    'api/auth/delivery-status',
    'api/auth/google-auth-secret',
    'api/auth/passkey-registration',
    'api/auth/passkey-removal',
    'api/auth/passkeys',
    'api/auth/phone-removal',
    'api/auth/phones',
    'api/auth/recovery-codes',
    'api/auth/register',
    'api/auth/register-mobile',
    'api/auth/registration-status',
    'api/auth/validate',
    'api/auth/validate-google-auth-secret',
    'api/auth/voice-registration',
    'api/auth/voice-removal',
    'api/notify/send',
    'api/risk/device-removal',
    'api/risk/devices',
    'api/risk/evaluate',
    'api/risk/feedback',
    'api/risk/redeem',
    'api/risk/session',
    'rest/customer/add',
    'rest/customer/check-if-exists',
    'rest/customer/contact-us',
    'rest/customer/getapp-secret',
    'rest/customer/key',
    'rest/customer/license',
    'rest/customer/password-reset',
    'rest/mobile/get-timestamp',
    'rest/rba/acs',
    'rest/rba/evaluate-risk',
    'rest/rba/register-profile',
  ]

  it('has every call that exists, once and with the prefix of the documents', () => {
    const paths = Object.keys(description.paths).filter((path) => path.startsWith('/moas/'))
    assert.deepEqual(
      paths.sort(),
      calls.map((call) => `/moas/${call}`),
    )
    for (const path of paths) assert.deepEqual(Object.keys(description.paths[path] ?? {}), ['post'])
    const bare = Object.keys(description.paths).filter((path) => path.startsWith('/api/'))
    assert.ok(bare.every((path) => path.startsWith('/api/device/v1/')))
  })

  it('leaves out no call that is served', () => {
    // For people, for the browser SDK, for gateways, and other spellings of paths; Fastify prints /link/* and whatever ends in * so.
    const forms = [
      '/account/reset/:secret',
      ...['user', 'register', 'evaluate', 'challenge', 'validate'].map((call) => `/api/risk/page/${call}`),
      '/demo/:step',
      '/link',
      '/link*',
      '/link/:id/:secret',
      '/passkey',
      '/passkey*',
      '/passkey/:id/:secret',
      '/receipts/:provider',
      '/voice',
      '/voice*',
      '/voice/:id/:secret',
      '/voice/:id/:secret/recordings',
    ]
    const calls = routes.flatMap(({ path }) => [path, path.replace('/moas', '')])
    const others = Object.entries(description.paths)
      .flatMap(([path, { post }]) => (post ? [path] : []))
      .filter((path) => /\/CentagateWS\/|^\/api\/device\//.test(path))
    const own = others.map((path) => path.replace(/\{(\w+)\}/, ':$1'))
    // The console's calls have a contract of their own, and /me is for people.
    const isOthers = (path: string) => path.startsWith('/api/console/') || path.startsWith('/me/')
    const posted = postedPaths(server.assembled.app.printRoutes({ commonPrefix: false }))
    assert.deepEqual(
      posted.filter((path) => !isOthers(path)),
      [...calls, ...own, ...forms].sort(),
    )
  })

  /** Every path that takes a POST, from the tree that Fastify prints: four columns deeper, a longer path. */
  function postedPaths(tree: string): string[] {
    const above: string[] = []
    const paths = tree.split('\n').flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+)(.*)$/.exec(line) ?? []
      above.splice(indent.length / 4, above.length, part)
      return /\bPOST\b/.test(methods) ? [above.join('')] : []
    })
    return paths.sort()
  }

  it('has no call that is not served', async () => {
    for (const { path } of routes)
      for (const full of [path, path.replace('/moas', '')])
        assert.equal((await post(server.baseUrl, full, {}, { signed: false })).code, 200, full)
  })

  it('leaves out what is not for callers', () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/dev/inbox', '/dev/inbox.json'])
      assert.ok(!Object.hasOwn(description.paths, path), path)
  })
})

describe('the documented fields are the validated ones', () => {
  /** One value that each field takes. */
  const fine: Record<string, unknown> = {
    customerKey,
    username: 'nobody-knows-me',
    txId: 'ba65583b-7c80-11e5-883e-0e2fb063e0f9',
    token: '000000',
    secret: 'JBSWY3DPEHPK3PXP',
    serial: 'no-such-token',
    nextToken: '000001',
    file: '#',
    passkeyId: '98f1e143466495beda9f551e265578c3',
    phoneId: '0d2e5a0e-5a53-4cde-9d54-8f0a3f6b2c11',
    batchNo: 1,
    batchSize: 1,
    email: 'nobody@example.com',
    password: 'a password',
    query: 'a question',
    groupName: 'No such group',
    groups: [{ groupName: 'Staff', isDefault: 'false' }],
    users: [{ primaryEmail: 'nobody@example.com' }],
    userKey: 'nobody-knows-me',
    origin: 'https://www.example.com',
    resultToken: 'no-such-result',
    evaluationId: 'no-such-evaluation',
    feedback: 'failed',
    deviceId: 'no-such-device',
    appSecret: 'not-the-secret',
    sessionUuid: 'no-such-session',
  }
  /** The mail of notify/send. */
  const mail = { toEmail: 'nobody@example.com', subject: 'Subject', content: 'Content' }
  const bodyOf = ({ body }: Route) =>
    Object.fromEntries(
      (body.required ?? []).map((name) => [name, body.properties?.[name]?.type === 'object' ? mail : fine[name]]),
    )
  const isRead = (schema: Schema) => schema.type !== undefined || schema.anyOf !== undefined
  const messageOf = async ({ path }: Route, body: object) =>
    messageIn(await post(server.baseUrl, path, body, { timestamp: server.now() }))
  /** customer/key refuses in plain text. */
  const messageIn = ({ body, text }: Answered) => String(body.message ?? text)

  it('a body of the required fields is understood', async () => {
    for (const route of routes) {
      const message = await messageOf(route, bodyOf(route))
      assert.doesNotMatch(message, /is not valid/, route.path)
      for (const name of route.body.required ?? []) assert.doesNotMatch(message, new RegExp(`Missing: .*${name}`))
    }
  })

  it('each required field is asked for by name, and absent, null and empty are alike', async () => {
    for (const route of routes)
      for (const name of route.body.required ?? [])
        for (const empty of [undefined, null, ''])
          assert.equal(await messageOf(route, { ...bodyOf(route), [name]: empty }), `Missing: ${name}.`)
  })

  it('each typed field refuses another type by name', async () => {
    for (const route of routes)
      for (const [name, schema] of Object.entries(route.fields).filter(([, one]) => isRead(one)))
        for (const odd of [
          schema.type === 'object' ? 1 : {},
          schema.type === 'array' ? 'text' : [],
          schema.type === 'boolean' ? 'true' : true,
          1.5,
        ])
          assert.equal(
            await messageOf(route, { ...bodyOf(route), [name]: odd }),
            `The field ${name} is not valid.`,
            `${route.path} ${name} ${JSON.stringify(schema)}`,
          )
  })

  it('each field refuses what is longer than documented, and takes what is just as long', async () => {
    for (const route of routes)
      for (const [name, { maxLength }] of Object.entries(route.fields)) {
        if (maxLength === undefined) continue
        const send = (length: number) => messageOf(route, { ...bodyOf(route), [name]: 'x'.repeat(length) })
        assert.equal(await send(maxLength + 1), `The field ${name} is not valid.`, `${route.path} ${name}`)
        assert.notEqual(await send(maxLength), `The field ${name} is not valid.`, `${route.path} ${name}`)
      }
  })

  it('every text has a limit', () => {
    const texts = routes.flatMap(({ body }) => [...within(body)]).filter(({ type }) => type === 'string')
    for (const schema of texts) {
      const isLimited = schema.maxLength !== undefined || schema.enum !== undefined
      assert.ok(isLimited || /^\^.*\$$/.test(schema.pattern ?? ''), JSON.stringify(schema))
    }
  })

  it('a field that is not documented is ignored', async () => {
    for (const route of routes)
      assert.doesNotMatch(await messageOf(route, { ...bodyOf(route), colour: { r: 1 } }), /is not valid|colour/)
  })

  it('every field that is read says what it is', () => {
    for (const { path, fields } of routes)
      for (const [name, schema] of Object.entries(fields))
        if (isRead(schema)) assert.ok(schema.description, `${path} ${name}`)
  })
})
