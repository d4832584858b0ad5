import { byId, copy, element, showLive, tell, timeOf } from '../live-list.js'

/** Shows the calls of /dev/requests.json as they arrive. */

showLive({
  source: '/dev/requests.json',
  place: byId('requests'),
  parameter: 'q',
  noun: 'call',
  keyOf: ({ id }) => id,
  cardOf,
  meantBy: (text) => {
    const wanted = text.toLowerCase()
    return ({ words }) => words.includes(wanted)
  },
})

function cardOf(call) {
  const { id, atMs, path, code, customerKey, ms, outcome, reason } = call
  const time = timeOf(atMs)
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
