/** Shows the calls of /dev/requests.json as they arrive. Everything of a call is put in as text, never as markup. */

const everyMs = 1_000
const answerMaxMs = 5_000
const toastMs = 4_000

const byId = (id) => document.getElementById(id)
const filter = byId('filter')
const requests = byId('requests')
const toast = byId('toast')

/** The card of each call by its id, newest first. Cards stay, so that focus and what is open survive a refresh. */
let cards = new Map()
let toastTimer = 0

filter.value = new URLSearchParams(location.search).get('q') ?? ''
filter.addEventListener('input', () => {
  const wanted = filter.value.trim()
  history.replaceState(null, '', wanted ? `?q=${encodeURIComponent(wanted)}` : location.pathname)
  sift()
})
byId('all').addEventListener('click', () => {
  filter.value = ''
  filter.dispatchEvent(new Event('input'))
  filter.focus()
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
    const response = await fetch('/dev/requests.json', { signal: AbortSignal.timeout(answerMaxMs) })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    show(await response.json())
    connected('live', 'Live')
  } catch {
    connected('lost', 'The server does not answer. Trying again…')
  }
}

/** Adds what is new, drops what is gone, and leaves the rest untouched. */
function show(list) {
  const fresh = list.filter(({ id }) => !cards.has(id))
  const next = new Map(list.map((call) => [call.id, cards.get(call.id) ?? card(call)]))
  for (const [id, { item }] of cards) if (!next.has(id)) item.remove()
  for (const { id } of [...fresh].reverse()) requests.prepend(next.get(id).item)
  cards = next
  for (const { time, atMs } of cards.values()) write(time, ago(atMs))
  sift()
}

function sift() {
  const text = filter.value.trim()
  let shown = 0
  for (const { item, words } of cards.values()) {
    const isMeant = words.includes(text.toLowerCase())
    item.hidden = !isMeant
    if (isMeant) shown++
  }
  write(byId('wanted'), text)
  byId('empty').hidden = cards.size > 0
  byId('unmatched').hidden = cards.size === 0 || shown > 0
  const count = `${shown} call${shown === 1 ? '' : 's'}`
  write(byId('state'), shown === 0 ? '' : text ? `${count} of ${cards.size}` : `${count}, newest first`)
}

function connected(word, text) {
  byId('connection').dataset.state = word
  write(byId('connection'), text)
}

/** Writes only what has changed: a screen reader would say it again. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text
}

function card(call) {
  const { id, atMs, path, code, customerKey, ms, outcome, reason } = call
  const at = new Date(atMs)
  const time = element('time', {}, ago(atMs))
  time.dateTime = at.toISOString()
  time.title = at.toLocaleString()
  const [word] = (outcome ?? `HTTP ${code}`).split(':')
  const head = element(
    'header',
    {},
    element('h2', {}, ...breakable(path)),
    element('span', { className: `outcome ${toneOf(call)}` }, word),
  )
  const customer = customerKey === null ? 'unsigned' : `customer ${customerKey}`
  const how = element('p', { className: 'how' }, `${customer} · HTTP ${code} · ${ms} ms · `, time, ' · ')
  how.append(element('span', {}, id))
  const article = element('article', {}, head, how)
  const told = messageIn(call.answer)
  if (told) article.append(element('p', { className: 'told' }, told))
  if (reason) article.append(element('p', { className: 'reason' }, element('b', {}, 'Why: '), reason))
  article.append(details(call))
  const words = [id, path, code, customerKey, outcome, told, reason].join(' ').toLowerCase()
  return { item: element('li', {}, article), time, atMs, words }
}

/** What the caller was told, in its words. */
function messageIn(answer) {
  try {
    return JSON.parse(answer).message
  } catch {
    return null // cut, because it is long
  }
}

/** A path may be broken at its slashes, and nowhere inside a word. */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((part) => [part, document.createElement('wbr')])
}

function toneOf({ code, outcome }) {
  if (code !== 200 || outcome === null || outcome.startsWith('refused')) return 'bad'
  return /^(SUCCESS|USER_FOUND)$/.test(outcome) ? 'good' : ''
}

function details({ request, answer, curl }) {
  const summary = element('summary', {}, 'Request and answer')
  const opened = element('details', {}, summary, ...part('Request', request || '(empty)'), ...part('Answer', answer))
  if (curl === null) return opened
  const lines = element('pre', {}, curl)
  const button = element('button', { type: 'button' }, 'Copy as curl')
  button.addEventListener('click', async () => {
    opened.open = true
    const hint = curl.includes('•••') ? ': fill in what is hidden (•••)' : ''
    tell((await copy(lines)) ? `Copied${hint}` : 'Press Ctrl+C or ⌘C to copy')
  })
  opened.append(element('h3', {}, 'As curl'), lines)
  return element('div', { className: 'more' }, opened, button)
}

function part(title, text) {
  return [element('h3', {}, title), element('pre', {}, text)]
}

function tell(text) {
  toast.textContent = text
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    toast.textContent = ''
  }, toastMs)
}

/** Without HTTPS browsers offer a clipboard on this very machine only; elsewhere the older way still works. */
async function copy(place) {
  try {
    await navigator.clipboard.writeText(place.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(place)
    return document.execCommand('copy')
  }
}

function ago(atMs) {
  const seconds = Math.round((Date.now() - atMs) / 1_000)
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  return `at ${new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
