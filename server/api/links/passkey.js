// Asks the browser's authenticator when the form is sent, and posts what it gave. Nothing leaves this page but the form.

const form = document.querySelector('form')
const problem = form.querySelector('[role=alert]')
let isAsking = false

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (isAsking) return
  isAsking = true
  problem.hidden = true
  try {
    form.elements.credential.value = JSON.stringify(await ask())
    form.submit()
  } catch (error) {
    problem.querySelector('span').textContent = sentenceFor(error)
    problem.hidden = false
  }
  isAsking = false
})

if (!window.PublicKeyCredential) {
  problem.querySelector('span').textContent = form.dataset.unsupported
  problem.hidden = false
}

async function ask() {
  const options = JSON.parse(form.dataset.publicKey)
  if (!window.PublicKeyCredential) throw new DOMException('', 'NotSupportedError')
  return form.dataset.ceremony === 'create' ? make(options) : use(options)
}

async function use(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials.map(named),
  }
  const { rawId, type, response } = await navigator.credentials.get({ publicKey })
  const { clientDataJSON, authenticatorData, signature, userHandle } = response
  return {
    id: text(rawId),
    type,
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle && text(userHandle),
    },
  }
}

async function make(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(named),
  }
  const { rawId, type, response } = await navigator.credentials.create({ publicKey })
  return {
    id: text(rawId),
    type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  }
}

function named(credential) {
  return { ...credential, id: bytes(credential.id) }
}

/** The names are those of the Web Authentication API. */
function sentenceFor({ name }) {
  const { cancelled, known, forbidden, unsupported } = form.dataset
  if (name === 'InvalidStateError') return known
  if (name === 'SecurityError') return forbidden
  return name === 'NotSupportedError' ? unsupported : cancelled
}

function bytes(base64url) {
  const letters = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
