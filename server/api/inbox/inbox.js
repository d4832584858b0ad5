import { byId, copy, element, showLive, tell, timeOf } from '../live-list.js'

/** Shows the messages of /dev/inbox.json as they arrive; a code is copied by a click. */

const copiedMs = 2_000

const title = document.title
let unseen = 0

const names = { sms: 'SMS', email: 'E-mail', call: 'Call' }
const icons = {
  sms: 'M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z',
  call: 'M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.25 11 11 0 0 0 3.6.6 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1 11 11 0 0 0 .6 3.6 1 1 0 0 1-.25 1z',
  email: 'M3.5 6.5a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2zM4 7l8 6 8-6',
}

/** Links to accept and deny, as this server writes them and nobody else can. */
const link = /https?:\/\/[^\s/]+\/link\/[0-9a-f-]{36}\/[\w-]{43}/g

document.addEventListener('visibilitychange', () => {
  unseen = 0
  document.title = title
})
showLive({
  source: '/dev/inbox.json',
  place: byId('messages'),
  parameter: 'to',
  noun: 'message',
  // Ids begin again when the data folder was deleted; the time tells such messages apart.
  keyOf: ({ id, sentAtMs }) => `${id}:${sentAtMs}`,
  cardOf,
  meantBy,
  greet,
})

/** Part of an address, or some digits of a number however written. */
function meantBy(text) {
  const letters = text.toLowerCase()
  const digits = /^[\d\s()+./-]+$/.test(text) ? text.replaceAll(/\D/g, '') : ''
  return ({ to }) => to.toLowerCase().includes(letters) || (digits !== '' && to.replaceAll(/\D/g, '').includes(digits))
}

function greet(fresh) {
  const [{ channel, to }] = fresh
  tell(fresh.length === 1 ? `New ${nameOf(channel)} to ${to}` : `${fresh.length} new messages`)
  if (!document.hidden) return
  unseen += fresh.length
  document.title = `(${unseen}) ${title}`
}

function cardOf({ channel, to, subject, text, sentAtMs }) {
  const time = timeOf(sentAtMs)
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
  return { item: element('li', {}, article), time, atMs: sentAtMs, to }
}

/** The way of a message; one of a test customer says so behind it. */
function wayOf(channel) {
  return channel.split(' ')[0]
}

function nameOf(channel) {
  const way = wayOf(channel)
  return (names[way] ?? way) + channel.slice(way.length)
}

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
