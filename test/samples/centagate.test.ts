import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { App } from '../../server/vocabulary/app.ts'
import { newUser } from '../contract/people.ts'
import { newApp } from '../support/apps.ts'
import { wrongCode } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'

/**
 * Document 004's own programs, as it prints them: order of the signed fields and body to the letter. Filled in are URL,
 * keys and values; Java's libraries are replaced by stand-ins, and the Node sample speaks to a port of ours without TLS.
 */

const run = promisify(execFile)

let server: TestServer
let folder: string
before(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'countersign-samples-'))
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

/** What a sample is filled in with; what stands for nothing is sent empty. */
interface Values {
  readonly app: Pick<App, 'key' | 'secret'>
  readonly username: string
  readonly smsOtp: string
  readonly authToken: string
}

const facts = { ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11)', browserFp: 'a1b2c3' }

const textOf = (file: string) => readFileSync(new URL(`centagate/${file}`, import.meta.url), 'utf8')

/** A change of a sample that must find its place. */
function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, () => to)
  assert.notEqual(result, text, `${from} is there`)
  return result
}

interface Sample {
  /** The order its app is set to. */
  readonly order: App['signatureOrder']
  /** The program with another call in it: the document has none for the request, so it is this one without the code. */
  readonly asRequest: (text: string) => string
  readonly file: string
  readonly fill: (text: string, values: Values) => string
  readonly run: (text: string) => Promise<string>
}

const placeholders = ({ app, username, smsOtp, authToken }: Values): Record<string, string> => ({
  ...{ username, smsOtp, authToken, supportFido: 'true', ...facts },
  ...{ 'secret key': app.secret, secretkey: app.secret, 'integration key': app.key, integrationkey: app.key },
})

const filled = (text: string, values: Values) =>
  text.replaceAll(/<([A-Za-z ]+)>/g, (whole, name: string) => placeholders(values)[name] ?? whole)

const samples: Readonly<Record<string, Sample>> = {
  'Node Js': {
    order: 'node',
    file: 'authSmsOtp.js.txt',
    asRequest: (text) =>
      changed(
        changed(
          changed(text, 'username + smsOtp + integrationKey', 'username + integrationKey'),
          '\tsmsOtp: smsOtp,\n',
          '',
        ),
        'auth/authSmsOtp',
        'req/requestSmsOtp',
      ),
    fill: (text, values) => {
      const { hostname, port } = new URL(server.baseUrl)
      const local = changed(changed(text, "require('https')", "require('http')"), 'port: 443', `port: ${port}`)
      return filled(changed(local, '<domain_name>', hostname), values)
    },
    async run(text) {
      const file = join(folder, 'sample.cjs')
      writeFileSync(file, text)
      return (await run(process.execPath, [file])).stdout
    },
  },
  PHP: {
    order: 'php',
    file: 'authSmsOtp.php',
    // Section 4.3 of the wire page: the request's own order has the token before the key.
    asRequest: (text) =>
      changed(
        changed(
          changed(text, '$username.$smsOtp.$integrationKey.$authToken', '$username.$authToken.$integrationKey'),
          "    \t'smsOtp'=> $smsOtp,\n",
          '',
        ),
        'auth/authSmsOtp',
        'req/requestSmsOtp',
      ),
    fill: (text, values) => filled(changed(text, 'https://<domain_name>', server.baseUrl), values),
    async run(text) {
      const file = join(folder, 'sample.php')
      writeFileSync(file, text)
      return (await run('php', [file])).stdout
    },
  },
  Java: {
    order: 'java',
    file: 'AuthSmsOtp.java.txt',
    asRequest: (text) =>
      changed(
        changed(changed(text, '"username" + "smsOtp" + ', '"username" + '), '\tmap.put("smsOtp", "smsOtp");\n', ''),
        '.path ("auth").path("authSmsOtp")',
        '.path ("req").path("requestSmsOtp")',
      ),
    // Its body has an empty supportFido, whatever was signed; so nothing is signed.
    fill: (text, { app, username, smsOtp, authToken }) => {
      const unixTimestamp = String(Math.floor(server.now() / 1000))
      const values: Record<string, string> = {
        ...{ secretkey: app.secret, username, smsOtp, authToken, integrationKey: app.key },
        ...{ unixTimestamp, unixTimeStamp: unixTimestamp, supportFido: '', ...facts },
      }
      const value = (name: string) => JSON.stringify(values[name] ?? name)
      return changed(text, 'https://<domain_name>', server.baseUrl)
        .replace(/convertHmacSha256\("secretkey".*;/, (line) => line.replaceAll(/"(\w+)"/g, (_, name) => value(name)))
        .replaceAll(/map\.put\("(\w+)", ?"(\w*)"\)/g, (_, name, inner) => `map.put("${name}", ${value(inner)})`)
    },
    async run(text) {
      const imports = [
        ...['java.net.URI', 'java.net.http.*', 'java.nio.charset.StandardCharsets', 'java.security.*', 'java.util.*'],
        ...['java.util.regex.*', 'java.util.stream.Collectors', 'javax.crypto.Mac', 'javax.crypto.spec.SecretKeySpec'],
      ].map((name) => `import ${name};\n`)
      // As printed, main neither says what it throws nor shows what came.
      const whole = changed(
        changed(text, 'main(String[] args) {', 'main(String[] args) throws Exception {'),
        /(?<=String object = .*;\n)/,
        'System.out.println(code + " " + message + " " + object);\n',
      )
      const file = join(folder, 'AuthSmsOtp.java')
      writeFileSync(file, `${imports.join('')}public class AuthSmsOtp {\n${whole}\n}\n${textOf('StandIns.java.txt')}`)
      return (await run('java', ['-XX:TieredStopAtLevel=1', file])).stdout
    },
  },
}

const successes: Readonly<Record<string, RegExp>> = {
  'Node Js': /^HTTP Status Code: 200\nAuthentication Succeed\n/,
  PHP: /^Authentication succeed/,
  Java: /^0 Success \{/,
}
const failures: Readonly<Record<string, (code: string) => RegExp>> = {
  'Node Js': (code) => new RegExp(`^HTTP Status Code: 200\nAuthentication Fail, Message:.+\nCode:${code}\n$`),
  PHP: (code) => new RegExp(`^Authentication failMessage: .+ <br>Code: ${code}$`),
  Java: (code) => new RegExp(`^${code} .+ \n$`),
}

/** The token in what a sample printed: of the answer as it came, or of its object. */
const tokenIn = (printed: string) => /authToken[\\"]+:[\\"]+([A-Za-z0-9+/]{43}=)/.exec(printed)?.[1] ?? ''

for (const [name, sample] of Object.entries(samples)) {
  describe(`document 004's ${name} sample, its app set to ${sample.order}`, () => {
    let app: App
    before(async () => {
      app = await newApp(server.assembled.store, { signatureOrder: sample.order })
    })
    const request = (values: Values) => sample.run(sample.fill(sample.asRequest(textOf(sample.file)), values))
    const authenticate = (values: Values) => sample.run(sample.fill(textOf(sample.file), values))
    const isSuccess = (printed: string) => assert.match(printed, successes[name] as RegExp)
    const isFailure = (printed: string, code: string) => assert.match(printed, failures[name]?.(code) as RegExp)

    it('requests a code and signs in with it and the token, once', async () => {
      const { username, phone } = await newUser(server)
      const values = { app, username, smsOtp: '', authToken: '' }
      const requested = await request(values)
      isSuccess(requested)
      const authToken = tokenIn(requested)
      assert.notEqual(authToken, '', requested)
      const smsOtp = await server.codeFor(phone)
      isFailure(await authenticate({ ...values, authToken, smsOtp: wrongCode(smsOtp) }), '23008')
      const done = await authenticate({ ...values, authToken, smsOtp })
      isSuccess(done)
      assert.match(done, /multiStepAuth/)
      isFailure(await authenticate({ ...values, authToken, smsOtp }), '23016')
    })

    it('without a token, which it may leave empty, does the same', async () => {
      const { username, phone } = await newUser(server)
      const values = { app, username, smsOtp: '', authToken: '' }
      isSuccess(await request(values))
      isSuccess(await authenticate({ ...values, smsOtp: await server.codeFor(phone) }))
    })

    it('with a wrong secret key, or its app set to another order, is told that its signature is wrong', async () => {
      const { username } = await newUser(server)
      const authToken = Buffer.alloc(32, 1).toString('base64')
      const values = { app, username, smsOtp: '123456', authToken }
      isFailure(await authenticate({ ...values, app: { ...app, secret: 'another' } }), '23022')
      for (const signatureOrder of (['node', 'php', 'java'] as const).filter((order) => order !== sample.order)) {
        const other = await newApp(server.assembled.store, { signatureOrder })
        isFailure(await authenticate({ ...values, app: other }), '23022')
      }
    })
  })
}
