// The login page of the demonstration: what a site does, in the browser. The server half is beside, in index.ts.

const pollEveryMs = 1_000
const byId = (id) => document.getElementById(id)

let username = localStorage.getItem('demo-user') ?? newUser()
let turn = 0

function newUser() {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => (byte % 36).toString(36)).join('')
  const name = `demo-${letters}@example.com`
  localStorage.setItem('demo-user', name)
  return name
}

async function call(step, more = {}) {
  const body = JSON.stringify({ username, ...more })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`/demo/${step}`, { method: 'POST', headers, body }).catch(() => undefined)
  return (await answer?.json().catch(() => undefined)) ?? { status: 'ERROR', message: 'The server was not reached.' }
}

/** What the page shows now; whatever was shown before is over. */
function show({ told, qrCode = null, number = null, state = 'waiting' }) {
  byId('stage').hidden = false
  byId('stage').dataset.state = state
  byId('told').textContent = told
  byId('qr').hidden = qrCode === null
  byId('show').hidden = qrCode === null
  if (qrCode !== null) byId('qr').src = `data:image/jpeg;base64,${qrCode}`
  byId('number').hidden = number === null
  byId('number').textContent = number ?? ''
  byId('stage').scrollIntoView({ block: 'nearest' })
}

const endings = {
  SUCCESS: ['Welcome. You are signed in.', 'good'],
  DENIED: ['The phone said no.', 'bad'],
  FAILED: ['That was not accepted.', 'bad'],
  ERROR: ['The time is over. Try again.', 'bad'],
}

/** Asks until it is settled, or until something else was begun. */
async function wait(mine, step, txId, success) {
  while (mine === turn) {
    await new Promise((resolve) => setTimeout(resolve, pollEveryMs))
    const { status } = await call(step, { txId })
    const ending = endings[status]
    if (ending && mine === turn) return show({ told: status === 'SUCCESS' ? success : ending[0], state: ending[1] })
  }
}

const begin = {
  async pair(mine) {
    await call('user')
    const { txId, qrCode, message } = await call('pair')
    if (!qrCode) return show({ told: message, state: 'bad' })
    show({ told: 'Scan this code with the phone.', qrCode })
    await wait(mine, 'paired', txId, 'The phone is paired.')
  },
  async push(mine) {
    const { status, txId, matchNumber, message } = await call('push')
    if (status !== 'SUCCESS') return show({ told: message, state: 'bad' })
    show({ told: 'Type this number on the phone.', number: matchNumber })
    await wait(mine, 'status', txId, endings.SUCCESS[0])
  },
  async scan(mine) {
    const { txId, qrCode, message } = await call('scan')
    if (!qrCode) return show({ told: message, state: 'bad' })
    show({ told: 'Scan this code with the phone.', qrCode })
    await wait(mine, 'status', txId, endings.SUCCESS[0])
  },
}

for (const button of document.querySelectorAll('[data-step]'))
  button.addEventListener('click', () => void begin[button.dataset.step](++turn))

byId('code').addEventListener('submit', async (event) => {
  event.preventDefault()
  turn++
  const { status, message } = await call('code', { token: byId('token').value })
  byId('token').value = ''
  show(status === 'SUCCESS' ? { told: endings.SUCCESS[0], state: 'good' } : { told: message, state: 'bad' })
})

byId('other').addEventListener('click', () => {
  turn++
  username = newUser()
  byId('username').textContent = username
  byId('stage').hidden = true
})

// The phone beside sees the picture itself, as its camera would.
byId('show').addEventListener('click', async () => {
  const picture = await (await fetch(byId('qr').src)).blob()
  byId('phone').contentWindow.postMessage({ kind: 'picture', picture }, location.origin)
})

byId('username').textContent = username
