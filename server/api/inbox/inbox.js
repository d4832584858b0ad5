/** Shows the messages of /dev/inbox.json as they arrive; a code is copied by a click. */

const everyMs = 1_000
const answerMaxMs = 5_000
const toastMs = 4_000
const copiedMs = 2_000

const title = document.title
const byId = (id) => document.getElementById(id)
const filter = byId('filter')
const messages = byId('messages')
const toast = byId('toast')

/** The card of each message by its key, newest first. Cards stay, so that focus and selection survive a refresh. */
let cards = new Map()
let isFirstLook = true
let unseen = 0
let toastTimer = 0

filter.value = new URLSearchParams(location.search).get('to') ?? ''
filter.addEventListener('input', () => {
  const to = filter.value.trim()
  history.replaceState(null, '', to ? `?to=${encodeURIComponent(to)}` : location.pathname)
  sift()
})
byId('all').addEventListener('click', () => {
  filter.value = ''
  filter.dispatchEvent(new Event('input'))
  filter.focus()
})
document.addEventListener('visibilitychange', () => {
  unseen = 0
  document.title = title
})
void watch()

async function watch() {
  for (;;) {
    await refresh()
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

async function refresh() {
  try {
    const response = await fetch('/dev/inbox.json', { signal: AbortSignal.timeout(answerMaxMs) })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    show(await response.json())
    connected('live', 'Live')
  } catch {
    connected('lost', 'The server does not answer. Trying again…')
  }
}

/** Adds what is new, drops what is gone, and leaves the rest untouched. */
function show(list) {
  const fresh = list.filter((message) => !cards.has(keyOf(message)))
  const next = new Map(list.map((message) => [keyOf(message), cards.get(keyOf(message)) ?? card(message)]))
  for (const [key, { item }] of cards) if (!next.has(key)) item.remove()
  for (const message of [...fresh].reverse()) messages.prepend(next.get(keyOf(message)).item)
  cards = next
  for (const { time, sentAtMs } of cards.values()) write(time, ago(sentAtMs))
  sift()
  if (fresh.length > 0 && !isFirstLook) greet(fresh)
  isFirstLook = false
}

/** Ids begin again when the data folder was deleted; the time tells such messages apart. */
function keyOf({ id, sentAtMs }) {
  return `${id}:${sentAtMs}`
}

/** Hides the cards that the filter does not mean: part of an address, or some digits of a number however written. */
function sift() {
  const text = filter.value.trim()
  const letters = text.toLowerCase()
  const digits = /^[\d\s()+./-]+$/.test(text) ? text.replaceAll(/\D/g, '') : ''
  let shown = 0
  for (const { item, to } of cards.values()) {
    const isMeant = to.toLowerCase().includes(letters) || (digits !== '' && to.replaceAll(/\D/g, '').includes(digits))
    item.hidden = !isMeant
    if (isMeant) shown++
  }
  write(byId('wanted'), text)
  byId('empty').hidden = cards.size > 0
  byId('unmatched').hidden = cards.size === 0 || shown > 0
  const count = `${shown} message${shown === 1 ? '' : 's'}`
  write(byId('state'), shown === 0 ? '' : text ? `${count} of ${cards.size}` : `${count}, newest first`)
}

function greet(fresh) {
  const [{ channel, to }] = fresh
  tell(fresh.length === 1 ? `New ${nameOf(channel)} to ${to}` : `${fresh.length} new messages`)
  if (!document.hidden) return
  unseen += fresh.length
  document.title = `(${unseen}) ${title}`
}

function tell(text) {
  toast.textContent = text
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    toast.textContent = ''
  }, toastMs)
}

function connected(word, text) {
  byId('connection').dataset.state = word
  write(byId('connection'), text)
}

/** Writes only what has changed: a screen reader would say it again. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text
}

const names = { sms: 'SMS', email: 'E-mail', call: 'Call' }
const icons = {
  sms: 'M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z',
  call: 'M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.25 11 11 0 0 0 3.6.6 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1 11 11 0 0 0 .6 3.6 1 1 0 0 1-.25 1z',
  email: 'M3.5 6.5a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2zM4 7l8 6 8-6',
}

/** Everything of a message is put in as text: nothing in it can become markup. */
function card({ channel, to, subject, text, sentAtMs }) {
  const sent = new Date(sentAtMs)
  const time = element('time', {}, ago(sentAtMs))
  time.dateTime = sent.toISOString()
  time.title = sent.toLocaleString()
  const how = element('p', { className: 'how' }, `${nameOf(channel)} · `, time)
  const head = element(
    'header',
    {},
    icon(icons[wayOf(channel)] ?? icons.sms),
    element('div', {}, element('h2', {}, to), how),
  )
  const code = codeIn(text)
  const article = element('article', {}, head)
  if (code) article.append(copyButton(code))
  if (subject && !text.startsWith(subject)) article.append(element('p', { className: 'subject' }, subject))
  article.append(element('p', { className: 'text' }, ...withLinks(text)))
  return { item: element('li', {}, article), time, sentAtMs, to }
}

/** The way of a message; one of a test customer says so behind it. */
function wayOf(channel) {
  return channel.split(' ')[0]
}

function nameOf(channel) {
  const way = wayOf(channel)
  return (names[way] ?? way) + channel.slice(way.length)
}

/** Links to accept and deny, as this server writes them and nobody else can. */
const link = /https?:\/\/[^\s/]+\/link\/[0-9a-f-]{36}\/[\w-]{43}/g

function codeIn(text) {
  const words = text.replaceAll(link, '')
  const read = /\b\d(?:, \d){5,7}\b/.exec(words)?.[0].replaceAll(', ', '')
  return read ?? (/^\d{6,8}\b/.exec(words) ?? /\b\d{6,8}\b/.exec(words))?.[0]
}

function withLinks(text) {
  const links = text.match(link) ?? []
  return text.split(link).flatMap((words, index) => {
    const href = links[index]
    return href ? [words, element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href)] : [words]
  })
}

function copyButton(code) {
  const shown = element('span', { className: 'code' }, code)
  const act = element('span', { className: 'act', ariaHidden: 'true' }, 'Copy')
  const unseenLabel = element('span', { className: 'unseen' }, 'Copy code ')
  const button = element('button', { type: 'button', className: 'copy' }, unseenLabel, shown, act)
  let timer = 0
  button.addEventListener('click', async () => {
    if (!(await copy(shown))) return tell(`Press Ctrl+C or ⌘C to copy ${code}`)
    tell(`Copied ${code}`)
    button.classList.add('copied')
    act.textContent = 'Copied'
    clearTimeout(timer)
    timer = setTimeout(() => {
      button.classList.remove('copied')
      act.textContent = 'Copy'
    }, copiedMs)
  })
  return button
}

/** Without HTTPS browsers offer a clipboard on this very machine only; elsewhere the older way still works. */
async function copy(shown) {
  try {
    await navigator.clipboard.writeText(shown.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(shown)
    return document.execCommand('copy')
  }
}

function ago(sentAtMs) {
  const seconds = Math.round((Date.now() - sentAtMs) / 1_000)
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  return `at ${new Date(sentAtMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`
}

function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('icon')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
