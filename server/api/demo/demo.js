// The login page of the demonstration: what a site does, in the browser. The server half is beside, in index.ts.

const pollEveryMs = 1_000
const byId = (id) => document.getElementById(id)
/** What this page says, in its language. */
const say = byId('stage').dataset

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
  return (await answer?.json().catch(() => undefined)) ?? { status: 'ERROR', told: say.unreached }
}

/** What the page shows now; whatever was shown before is over. */
function show({ told, message = '', qrCode = null, number = null, state = 'waiting' }) {
  byId('stage').hidden = false
  byId('stage').dataset.state = state
  byId('told').textContent = told
  byId('message').hidden = message === ''
  byId('message').textContent = message
  byId('qr').hidden = qrCode === null
  byId('show').hidden = qrCode === null
  if (qrCode !== null) byId('qr').src = `data:image/jpeg;base64,${qrCode}`
  byId('number').hidden = number === null
  byId('number').textContent = number ?? ''
  byId('stage').scrollIntoView({ block: 'nearest' })
}

/** What the server refused to do, with its own words beneath: those are for whoever builds a client. */
function refused({ told = say.refused, message }) {
  show({ told, message, state: 'bad' })
}

const endings = {
  SUCCESS: [say.success, 'good'],
  DENIED: [say.denied, 'bad'],
  FAILED: [say.failed, 'bad'],
  ERROR: [say.error, 'bad'],
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
    const answer = await call('pair')
    if (!answer.qrCode) return refused(answer)
    show({ told: say.scan, qrCode: answer.qrCode })
    await wait(mine, 'paired', answer.txId, say.paired)
  },
  async push(mine) {
    const answer = await call('push')
    if (answer.status !== 'SUCCESS') return refused(answer)
    show({ told: say.number, number: answer.matchNumber })
    await wait(mine, 'status', answer.txId, say.success)
  },
  async scan(mine) {
    const answer = await call('scan')
    if (!answer.qrCode) return refused(answer)
    show({ told: say.scan, qrCode: answer.qrCode })
    await wait(mine, 'status', answer.txId, say.success)
  },
}

for (const button of document.querySelectorAll('[data-step]'))
  button.addEventListener('click', () => void begin[button.dataset.step](++turn))

byId('code').addEventListener('submit', async (event) => {
  event.preventDefault()
  turn++
  const answer = await call('code', { token: byId('token').value })
  byId('token').value = ''
  if (answer.status === 'SUCCESS') show({ told: say.success, state: 'good' })
  else refused({ told: say.failed, ...answer })
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
