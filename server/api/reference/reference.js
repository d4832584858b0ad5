/** The page is complete without this: it adds buttons that copy, and keeps the language that was chosen. */

const key = 'countersign.language'
const said = document.getElementById('said')
let saidTimer = 0

for (const figure of document.querySelectorAll('figure')) {
  const code = figure.querySelector('code')
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    tell((await copy(code)) ? 'Copied' : 'Press Ctrl+C or ⌘C to copy')
  })
  figure.querySelector('figcaption').after(button)
}

const radios = [...document.querySelectorAll('input[name="language"]')]
const kept = radios.find(({ value }) => value === remembered())
if (kept) kept.checked = true
// The call that is being read stays where it is, though samples above it change their length.
let place = firstVisible()
addEventListener('scroll', () => {
  place = firstVisible()
})
for (const radio of radios)
  radio.addEventListener('change', () => {
    if (place) scrollBy(0, place.article.getBoundingClientRect().top - place.top)
    remember(radio.value)
  })

function firstVisible() {
  const article = [...document.querySelectorAll('article')].find((one) => one.getBoundingClientRect().bottom > 120)
  return article ? { article, top: article.getBoundingClientRect().top } : null
}

function tell(text) {
  said.textContent = text
  clearTimeout(saidTimer)
  saidTimer = setTimeout(() => {
    said.textContent = ''
  }, 3_000)
}

/** Without HTTPS browsers offer a clipboard on this very machine only; elsewhere the older way still works. */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(code)
    return document.execCommand('copy')
  }
}

/** A browser may refuse to keep anything. */
function remembered() {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function remember(language) {
  try {
    localStorage.setItem(key, language)
  } catch {
    // It is chosen again next time.
  }
}
