/** What the pages that grow by themselves share: a list that is asked for anew each second, and what its cards are made of. */

const everyMs = 1_000
const answerMaxMs = 5_000
const toastMs = 4_000

const filter = byId('filter')
let toastTimer = 0

/**
 * Shows what `source` lists, newest first. A card is `{ item, time, atMs }` and stays while it is listed, so that focus,
 * selection and what is open survive.
 * @param {object} page
 * @param {string} page.source Where the list is, as JSON.
 * @param {HTMLElement} page.place The list on the page.
 * @param {string} page.parameter Carries the filter in the address.
 * @param {string} page.noun What one of them is called.
 * @param {(one: object) => unknown} page.keyOf
 * @param {(one: object) => object} page.cardOf Puts everything in as text: nothing in it can become markup.
 * @param {(text: string) => (card: object) => boolean} page.meantBy Whether a filter means a card.
 * @param {(fresh: object[]) => void} [page.greet] Called with what came after the first look.
 */
export function showLive({ source, place, parameter, noun, keyOf, cardOf, meantBy, greet = () => {} }) {
  let cards = new Map()
  let isFirstLook = true

  filter.value = new URLSearchParams(location.search).get(parameter) ?? ''
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim()
    history.replaceState(null, '', wanted ? `?${parameter}=${encodeURIComponent(wanted)}` : location.pathname)
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
      const response = await fetch(source, { signal: AbortSignal.timeout(answerMaxMs) })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      show(await response.json())
      connected('live', 'Live')
    } catch {
      connected('lost', 'The server does not answer. Trying again…')
    }
  }

  /** Adds what is new, drops what is gone, and leaves the rest untouched. */
  function show(list) {
    const fresh = list.filter((one) => !cards.has(keyOf(one)))
    const next = new Map(list.map((one) => [keyOf(one), cards.get(keyOf(one)) ?? cardOf(one)]))
    for (const [key, { item }] of cards) if (!next.has(key)) item.remove()
    for (const one of [...fresh].reverse()) place.prepend(next.get(keyOf(one)).item)
    cards = next
    for (const { time, atMs } of cards.values()) write(time, ago(atMs))
    sift()
    if (fresh.length > 0 && !isFirstLook) greet(fresh)
    isFirstLook = false
  }

  function sift() {
    const text = filter.value.trim()
    const isMeant = meantBy(text)
    let shown = 0
    for (const card of cards.values()) {
      card.item.hidden = !isMeant(card)
      if (!card.item.hidden) shown++
    }
    write(byId('wanted'), text)
    byId('empty').hidden = cards.size > 0
    byId('unmatched').hidden = cards.size === 0 || shown > 0
    const count = `${shown} ${noun}${shown === 1 ? '' : 's'}`
    write(byId('state'), shown === 0 ? '' : text ? `${count} of ${cards.size}` : `${count}, newest first`)
  }
}

function connected(word, text) {
  byId('connection').dataset.state = word
  write(byId('connection'), text)
}

/** Writes only what has changed: a screen reader would say it again. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text
}

export function byId(id) {
  return document.getElementById(id)
}

export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** How long ago that was; `showLive` keeps the one of a card true. */
export function timeOf(atMs) {
  const at = new Date(atMs)
  return element('time', { dateTime: at.toISOString(), title: at.toLocaleString() }, ago(atMs))
}

function ago(atMs) {
  const seconds = Math.round((Date.now() - atMs) / 1_000)
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  return `at ${new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`
}

/** Says something for a moment. */
export function tell(text) {
  const toast = byId('toast')
  toast.textContent = text
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    toast.textContent = ''
  }, toastMs)
}

/** Without HTTPS browsers offer a clipboard on this very machine only; elsewhere the older way still works. */
export async function copy(place) {
  try {
    await navigator.clipboard.writeText(place.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(place)
    return document.execCommand('copy')
  }
}
