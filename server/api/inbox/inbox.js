/** Shows the messages of /dev/inbox.json as they arrive; a code is copied by a click. */

const everyMs = 1_000
const messages = document.getElementById('messages')
const state = document.getElementById('state')
const filter = document.getElementById('filter')
let shownIds = ''

filter.value = new URLSearchParams(location.search).get('to') ?? ''
filter.addEventListener('input', refresh)
void refresh()
setInterval(refresh, everyMs)

async function refresh() {
  try {
    const to = filter.value.trim()
    const response = await fetch(`/dev/inbox.json${to ? `?to=${encodeURIComponent(to)}` : ''}`)
    show(await response.json(), to)
  } catch {
    tell('The server does not answer. Is it running?')
  }
}

function show(list, to) {
  const ids = `${to}:${list.map(({ id }) => id).join()}`
  if (ids === shownIds) return
  shownIds = ids
  messages.replaceChildren(...list.map(card))
  const none = to
    ? `No message to ${to} yet. Write it exactly as it was sent to.`
    : 'No messages yet. They appear here as they are sent.'
  tell(list.length === 0 ? none : `${list.length} message${list.length === 1 ? '' : 's'}, newest first`)
}

function tell(text) {
  if (state.textContent !== text) state.textContent = text
}

function card({ channel, to, subject, text, sentAtMs }) {
  const sent = new Date(sentAtMs)
  const time = element('time', sent.toLocaleTimeString())
  time.dateTime = sent.toISOString()
  const head = element(
    'header',
    element('h2', to),
    Object.assign(element('span', names[channel] ?? channel), { className: 'channel' }),
    time,
  )
  const article = element('article', head)
  if (subject && !text.startsWith(subject)) article.append(element('p', subject))
  article.append(element('p', text))
  const code = /\b\d{6,8}\b/.exec(text)?.[0]
  if (code) article.append(copyButton(code))
  return element('li', article)
}

const names = { sms: 'SMS', email: 'E-mail' }

function copyButton(code) {
  const button = element('button', 'Copy ', Object.assign(element('span', code), { className: 'code' }))
  button.type = 'button'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code)
    tell(`Copied ${code}`)
  })
  return button
}

function element(name, ...children) {
  const made = document.createElement(name)
  made.append(...children)
  return made
}
