import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { newCustomer, newUser, type Person } from '../contract/people.ts'
import { type OpenPage, overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { type ConsoleClient, owner } from '../support/console.ts'
import { newDevice, signIn, visit } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

const waitMs = 15_000
const reason = 'Lost phone; called back'

describe('the pages of the console, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  let boss: ConsoleClient
  let opened: OpenPage
  let page: Page
  let ann: Person
  before(async () => {
    server = await startServer()
    boss = await owner(server)
    ann = await newUser(server, { email: 'ann@example.com', fname: 'Ann' })
    await challenge(ann, '000000')
    browser = await startBrowser()
    opened = await browser.open('about:blank')
    page = opened.page
    page.setDefaultTimeout(waitMs)
    const [name = '', value = ''] = (boss.cookie ?? '').split(/=(.*)/s)
    await opened.context.addCookies([{ name, value, url: server.baseUrl }])
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  it('home says what to do next, and a test message arrives', async () => {
    await look('', 'Default')
    await page
      .getByText('Invite a second admin')
      .or(page.getByText(/second admin/i))
      .first()
      .waitFor()
    await press('Send me a test')
    await page.getByLabel('To which number').fill('+15552223344')
    await press('Send', 'dialog')
    await page.getByRole('status').filter({ hasText: 'Handed over' }).waitFor()
    assert.match(await (await fetch(`${server.baseUrl}/dev/inbox.json`)).text(), /\+15552223344/)
    await press('Close', 'dialog')
  })

  it('a user is found, his timeline says why he was refused, and he is given a temporary code', async () => {
    await look('/users', 'Users')
    await page.getByLabel('Search users').fill(ann.username.slice(0, 7))
    await page.getByRole('link', { name: ann.username }).click()
    await page.getByRole('heading', { level: 1, name: ann.username }).waitFor()
    await page.locator('.timeline').getByText(/wrong/i).first().waitFor()
    await press('Temporary code')
    await page.getByLabel('Reason').fill(reason)
    await press('Make the code', 'dialog')
    await page.getByText('It is shown only this once').waitFor()
    assert.notEqual(await page.locator('.copy-field code').textContent(), '')
    await press('I have it', 'dialog')
    await page.locator('.timeline').getByText(new RegExp(reason)).first().waitFor()
  })

  it('users are imported from a file, after a dry run that changes nothing', async () => {
    await look('/users', 'Users')
    await press('Import')
    const csv = 'username,email,phone,firstName,lastName\nnina,nina@example.com,,Nina,New\n,nobody@example.com,,,\n'
    await page.getByLabel('CSV file').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByText('Dry run: nothing has changed yet.').waitFor()
    assert.equal((await boss.do('users.list', { query: { q: 'nina' } })).total, 0)
    await press('Import 1 user', 'dialog')
    await page.getByText('Imported.').waitFor()
    assert.equal((await boss.do('users.list', { query: { q: 'nina' } })).total, 1)
    await press('Close', 'dialog', true)
  })

  it('a list begins at its top when it is turned, its page shows everybody again, and older events are shown', async () => {
    const csv = `username,lastName\n${Array.from({ length: 60 }, (_, index) => `paged-${index},${'Long'.repeat(40)}`).join('\n')}`
    await boss.do('users.import', { body: { csv, isDryRun: false } })
    await look('/users?q=paged', 'Users')
    await press('Next')
    await page.getByText('51–60').waitFor()
    assert.deepEqual(await violations(page), [])
    const list = await page.locator('.panel').first().boundingBox()
    assert.ok((list?.y ?? -1) >= 0, 'the list begins above the window')
    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Users' }).click()
    await page.getByText('60 users').waitFor({ state: 'hidden' })
    assert.equal(await page.getByLabel('Search users').inputValue(), '')

    const { items } = await boss.do('users.list', { query: { q: 'paged-7' } })
    const params = { id: items[0]?.id ?? '' }
    for (let count = 0; count < 42; count += 1)
      await boss.do('users.act', { params, body: { act: count % 2 ? 'enable' : 'disable', reason } })
    await page.setViewportSize({ width: 320, height: 640 })
    await look(`/users/${params.id}`, 'paged-7')
    await press('Show older')
    await page.getByText('42 events, newest first').waitFor()
    await press('Help')
    await page.getByRole('menuitem', { name: 'Erase the user' }).click()
    await page.getByRole('dialog').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.equal(await overflow(page), 0)
    await press('Cancel', 'dialog')
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  it('a group is made and has a member', async () => {
    await look('/groups', 'Groups')
    await page.getByRole('button', { name: 'Add a group' }).first().click()
    await page.getByLabel('Name').fill('Branch staff')
    await press('Save', 'dialog')
    await page.getByRole('heading', { level: 1, name: 'Branch staff' }).waitFor()
    await page.getByRole('button', { name: 'Add members' }).first().click()
    await page.getByLabel('Usernames').fill(ann.username)
    await press('Add', 'dialog')
    await page.getByRole('link', { name: ann.username }).waitFor()
    await page.getByText('1 member', { exact: true }).first().waitFor()
  })

  it('what the groups of a user do not allow is shown as such, with the reason, and does nothing', async () => {
    const { id, username } = await boss.do('users.add', {
      body: { username: 'limited@example.com', email: 'limited@example.com' },
    })
    await look(`/users/${id}`, username)
    assert.equal(await page.locator('[aria-disabled]').count(), 0)
    const { id: group } = await boss.do('groups.save', { body: { name: 'Phones only', methods: ['push', 'qr-scan'] } })
    await boss.do('groups.changeMembers', { params: { id: group }, body: { add: [username], remove: [] } })
    const why = 'Not allowed by the groups of this user.'
    const check = async (name: string) => {
      await look(`/users/${id}`, username)
      await page.getByText('The groups of this user allow only: Push, QR scan.').waitFor()
      await page.getByText('0 ways in').waitFor()
      assert.deepEqual(await violations(page), [], name)
      await page.getByRole('button', { name: 'Temporary code' }).press('Enter')
      await page.getByRole('tooltip', { name: why }).waitFor()
      await press('Help')
      await page.getByRole('menuitem', { name: 'Invite to make a passkey' }).getByText(why).waitFor()
      assert.deepEqual(await violations(page), [], `${name}, menu`)
      assert.equal(await overflow(page), 0, name)
      const folder = process.env['SCREENSHOTS']
      if (folder) await page.screenshot({ path: `${folder}/barred-${name}.png`, fullPage: true })
      await page.getByRole('menuitem', { name: 'Invite to make a passkey' }).press('Enter')
      assert.equal(await page.getByRole('dialog').count(), 0)
    }
    await check('light')
    await page.setViewportSize({ width: 320, height: 640 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await check('dark')
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  })

  it('tokens are imported and handed out', async () => {
    await look('/tokens', 'Tokens')
    await page.getByRole('button', { name: 'Import tokens' }).first().click()
    const file = {
      name: 'tokens.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`S-1,${'GEZDGNBV'.repeat(4)},hotp,6\n`),
    }
    await page.getByLabel('Token file').setInputFiles(file)
    await press('Import 1 token', 'dialog')
    await page.getByText('Imported.').waitFor()
    await press('Close', 'dialog', true)
    await page.getByRole('button', { name: 'Actions for S-1' }).click()
    await page.getByRole('menuitem', { name: 'Hand out' }).click()
    await page.getByLabel('Username').fill(ann.username)
    await page.getByLabel('Reason').fill(reason)
    await press('Hand out', 'dialog')
    await page.getByRole('cell', { name: ann.username }).waitFor()
  })

  it('an app is added, and its secret shown once', async () => {
    await look('/apps', 'Apps')
    await page.getByRole('button', { name: 'Add an app' }).first().click()
    await page.getByLabel('Name').fill('VPN portal')
    await press('Add', 'dialog')
    await page.getByText('It is shown only this once').waitFor()
    await press('I have it', 'dialog')
    await page.getByRole('cell', { name: 'VPN portal', exact: true }).waitFor()
  })

  it('the API key is shown when it is asked for, and only after the second factor', async () => {
    server.advance(660_000)
    await look('/keys', 'API keys')
    assert.equal(await page.getByText('an-api-key-of-the-tests').count(), 0)
    await press('Show')
    await page.getByText('Is it still you?').waitFor()
    await page.getByLabel('Code of your authenticator app').fill(boss.code())
    await page.getByText('an-api-key-of-the-tests').waitFor()
    await press('Show the secrets')
    const secret = page.locator('.key-list div').filter({ hasText: 'App secret' }).locator('code')
    await page.getByText('•••• •••• ••••', { exact: true }).first().waitFor({ state: 'detached' })
    const before = await secret.textContent()
    await press('Make other secrets')
    await press('Make other secrets', 'dialog')
    await page.getByText('The app secret before this one still counts').waitFor()
    assert.notEqual(await secret.textContent(), before)
  })

  it('a text is changed with its message beside it, and a gateway is added', async () => {
    await look('/delivery?tab=templates', 'Delivery')
    const field = page.getByRole('textbox', { name: 'Text' })
    await field.fill(`${await field.inputValue()} Cheers!`)
    await page
      .locator('.bubble')
      .getByText(/Cheers!/)
      .first()
      .waitFor()
    await press('Save')
    await page.getByText('Your own', { exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Gateways' }).click()
    await page.getByRole('button', { name: 'Add a gateway' }).first().click()
    await page.getByRole('dialog').getByLabel('Name').fill('twilio')
    await page.getByLabel('Account SID').fill('AC1')
    await page.getByLabel('Auth token').fill('secret')
    await page.getByLabel('Sender').fill('+15005550006')
    await press('Save', 'dialog')
    await page.getByRole('button', { name: 'Remove twilio' }).waitFor()
    await press('Remove twilio')
    await press('Remove', 'dialog')
    await page.getByRole('button', { name: 'Remove twilio' }).waitFor({ state: 'hidden' })
  })

  it('a method is forbidden in the policy', async () => {
    await look('/policy', 'Policy')
    await press('Forbid Security questions')
    await page.getByRole('button', { name: 'Allow Security questions' }).waitFor()
  })

  it('a threshold shows what the last week would have been, and is saved; a sign-in is simulated', async () => {
    // One after the other: two requests of one millisecond would be the same, and count once.
    const asked = await visit(server, ann.username)
    await visit(server, ann.username)
    assert.equal(asked.body.status, 'WAIT_FOR_INPUT')
    await look('/policy?tab=risk', 'Policy')
    await page.locator('.split-words').getByText('2 asked').waitFor()
    await page.getByLabel('Refuse from').fill('10')
    await page.locator('.split-words').getByText('2 refused').waitFor()
    await page.getByText('From a risk of 10 on nobody is let in.').waitFor()
    await press('Save the policy')
    await page.getByText('As it is', { exact: true }).waitFor()
    const [policy] = (await boss.do('risk.look')).scopes
    assert.equal(policy?.policy.denyAt, 10)
    await page.getByLabel('User', { exact: true }).fill(ann.username)
    await page.getByLabel('From address').fill('203.0.113.9')
    await press('Try it')
    const simulated = page.getByRole('status').filter({ hasText: /at risk/ })
    await simulated.getByText('Refused', { exact: true }).waitFor()
    await simulated.getByText('There is no earlier sign-in to compare this one with').waitFor()
    await press('Back to the defaults')
    await press('Back to the defaults', 'dialog')
    await page.getByText('No score alone refuses anybody.').waitFor()
  })

  it('another score and other points of a rule are chosen by keyboard, told in words and simulated before it is saved', async () => {
    await look('/policy?tab=risk', 'Policy')
    await page.getByLabel('The score').selectOption('freeman')
    await page.getByText(/^The score is that of Freeman et al/).waitFor()
    const points = page.getByLabel('Points: From a network never seen before')
    await points.focus()
    await page.keyboard.type('140')
    await page.getByText('A whole number from 0 to 100, or nothing.').waitFor()
    await press('Save the policy')
    await page.getByRole('alert').filter({ hasText: 'policy.rules.network.points must be' }).first().waitFor()
    await points.fill('33')
    await points.press('Tab')
    await page.keyboard.press('ArrowUp')
    await page
      .getByText('A sign-in from a network never seen before adds 33 points to the risk and is told to the user.')
      .waitFor()
    await press('Save the policy')
    await page.getByText('As it is', { exact: true }).waitFor()
    const [saved] = (await boss.do('risk.look')).scopes
    assert.deepEqual([saved?.policy.rules['network']?.points, saved?.policy.model], [33, 'freeman'])
    await press('Back to the defaults')
    await press('Back to the defaults', 'dialog')
    await page.getByText(/adds 33 points/).waitFor({ state: 'hidden' })
    assert.equal(await points.inputValue(), '')
  })

  it('a remembered device is forgotten on the page of its user', async () => {
    const username = 'dora@example.com'
    const { id } = await boss.do('users.add', { body: { username, email: username } })
    await signIn(server, username, newDevice(), true)
    await look(`/users/${id}`, username)
    await press('Forget Chrome on Windows')
    await page.getByLabel('Reason').fill(reason)
    await press('End trust', 'dialog')
    await page
      .locator('.timeline')
      .getByText(/device was forgotten/)
      .waitFor()
    await page
      .locator('.timeline')
      .getByText(/^Asked at risk/)
      .first()
      .waitFor()
  })

  it('the log follows live, is exported, and its chain is whole', async () => {
    await look('/activity', 'Activity')
    const bob = await newUser(server, { email: 'bob@example.com' })
    await challenge(bob, '000000')
    await page.getByRole('link', { name: bob.username }).first().waitFor()
    const downloading = page.waitForEvent('download')
    await press('CSV')
    assert.match((await downloading).suggestedFilename(), /\.csv$/)
    await page.getByRole('tab', { name: 'Reports' }).click()
    await page.getByText('Without a strong method').waitFor()
    await page.getByText('Show as a table').first().click()
    await page.getByRole('columnheader', { name: 'Day' }).waitFor()
    await page.getByRole('tab', { name: 'Audit chain' }).click()
    await page.getByText('The chain is whole').waitFor()
  })

  it('calls can be looked into', async () => {
    await look('/developers', 'Developers')
    const call = page.getByRole('row').filter({ hasText: ann.username }).last()
    await call.getByText('Look inside').click()
    await call.locator('pre', { hasText: ann.username }).first().waitFor()
  })

  it('a logo is chosen, looked at and removed', async () => {
    await look('/settings', 'Settings')
    const buffer = await sharp({ create: { width: 60, height: 30, channels: 3, background: '#2a48d7' } })
      .png()
      .toBuffer()
    const choose = (name: string, file: Buffer) =>
      page.getByLabel(name).setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: file })
    await choose('Choose a logo', buffer)
    const shown = page.getByRole('img', { name: 'Logo now' })
    await shown.waitFor()
    assert.equal(await shown.evaluate(widthOf), 60)
    await choose('Choose another logo', Buffer.from('<svg/>'))
    await page.getByText('This is no PNG, JPEG or WebP picture.').waitFor()
    assert.deepEqual(await violations(page), [])
    await press('Remove the logo')
    await shown.waitFor({ state: 'hidden' })
  })

  it('a setting is changed and put back, and an admin is invited', async () => {
    await look('/settings?find=notices', 'Settings')
    await page.getByRole('switch', { name: 'Notices to users' }).click({ force: true })
    await page.getByText('Changed', { exact: true }).waitFor()
    await press('Back to on')
    await page.getByText('Changed', { exact: true }).waitFor({ state: 'hidden' })
    await page.getByRole('tab', { name: 'Admins and roles' }).click()
    await press('Invite an admin')
    await page.getByRole('dialog').getByLabel('E-mail').fill('desk@example.com')
    await page.getByRole('dialog').getByLabel('Name').fill('Service desk')
    await page.getByLabel('Mail the link too').uncheck()
    await press('Invite', 'dialog')
    assert.match((await page.locator('.copy-field code').textContent()) ?? '', /\/console\/setup#/)
    await press('I have it', 'dialog')
    await page.getByRole('button', { name: 'Actions for desk@example.com' }).waitFor()
  })

  it('the look that was chosen stays', async () => {
    await look('', 'Default')
    await page.getByRole('button', { name: /^Administrator/ }).click()
    await page.getByRole('menuitem', { name: 'Dark' }).click()
    await look('', 'Default')
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'dark')
    await page.getByRole('button', { name: /^Administrator/ }).click()
    await page.getByRole('menuitem', { name: 'As the system' }).click()
  })

  it('another customer is looked at, and one that is gone is forgotten', async () => {
    const { customerKey } = await newCustomer(server)
    await look('', 'Default')
    await page.getByLabel('Customer').selectOption(String(customerKey))
    await page.getByRole('heading', { level: 1, name: /^Customer \d+/ }).waitFor()
    await page.evaluate("sessionStorage.setItem('console-customer', '999')")
    await look('', 'Default')
  })

  it('every page is accessible in both themes, fits 320 pixels and breaks no rule of its policy', async () => {
    const user = (await boss.do('users.list', { query: { q: ann.username } })).items[0]
    const paths = [
      ['', 'Default'],
      ['/users', 'Users'],
      [`/users/${user?.id}`, ann.username],
      ['/groups', 'Groups'],
      ['/tokens', 'Tokens'],
      ['/policy', 'Policy'],
      ['/policy?tab=risk', 'Policy'],
      ['/apps', 'Apps'],
      ['/keys', 'API keys'],
      ['/delivery', 'Delivery'],
      ['/delivery?tab=templates', 'Delivery'],
      ['/delivery?tab=messages', 'Delivery'],
      ['/delivery?tab=limits', 'Delivery'],
      ['/activity', 'Activity'],
      ['/activity?tab=reports', 'Activity'],
      ['/developers', 'Developers'],
      ['/developers?tab=reference', 'Developers'],
      ['/developers?tab=webhooks', 'Developers'],
      ['/settings', 'Settings'],
      ['/settings?tab=admins', 'Settings'],
      ['/account', 'Your account'],
    ] as const
    for (const [path, title] of paths) {
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      await look(path, title)
      await page.locator('.bone').first().waitFor({ state: 'hidden' })
      assert.deepEqual(await violations(page), [], `${path}, light`)
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.setViewportSize({ width: 320, height: 640 })
      assert.deepEqual(await violations(page, ['color-contrast']), [], `${path}, dark and narrow`)
      assert.equal(await overflow(page), 0, `${path} is wider than 320 pixels`)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    // Only these were refused on purpose: the API key, before the second factor, and a logo that is no picture.
    const unasked = opened.complaints.filter((text) => !/status of 4(03|22)/.test(text))
    assert.deepEqual(unasked, [])
  })

  async function look(path: string, title: string): Promise<void> {
    await page.goto(`${server.baseUrl}/console${path}`)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }

  async function press(name: string, where: 'page' | 'dialog' = 'page', isLast = false): Promise<void> {
    const scope = where === 'dialog' ? page.getByRole('dialog') : page
    const button = scope.getByRole('button', { name, exact: true })
    await (isLast ? button.last() : button.first()).click()
  }

  /** Asks somebody for a code, and answers with this one. */
  async function challenge({ username, phone }: Person, token: string): Promise<void> {
    const asked = await server.call('/auth/challenge', { customerKey: '11627', username, phone, authType: 'SMS' })
    assert.equal(asked.body.status, 'SUCCESS')
    await server.call('/auth/validate', { txId: asked.body.txId, token })
  }
})

/** Of a picture, once it is there; runs in the browser. */
async function widthOf(element: unknown): Promise<number> {
  const image = element as { decode(): Promise<void>; readonly naturalWidth: number }
  await image.decode()
  return image.naturalWidth
}
