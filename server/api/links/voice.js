// Records what is said when the button is pressed, shows how loud it is, and sends it. Nothing else is sent anywhere.

const form = document.querySelector('form.voice')
const { dataset } = form
const problem = form.querySelector('[role=alert]')
const status = form.querySelector('[role=status]')
const digits = form.querySelector('.digits')
const meter = form.querySelector('meter')
const button = form.querySelector('button[type=button]')
const isEnrolment = dataset.prompts !== undefined

/** The rate that the server listens at; it takes others too. */
const rate = 16_000
const secondsMax = 8
/** Digits with less time left than it takes to say them are asked anew. */
const secondsNeeded = 10
const openedAt = performance.now()

let stop = null
let isBusy = false

button.addEventListener('click', async () => {
  if (stop) return stop()
  if (isBusy || (isEnrolment && !form.reportValidity())) return
  if (!isEnrolment && Number(dataset.seconds) - (performance.now() - openedAt) / 1000 < secondsNeeded) {
    location.assign(form.action)
    return
  }
  isBusy = true
  problem.hidden = true
  try {
    const sound = await record()
    status.textContent = dataset.sending
    await send(wavOf(sound))
  } catch (error) {
    complain(sentenceFor(error))
  }
  isBusy = false
})

if (!navigator.mediaDevices || !window.AudioWorkletNode) complain(dataset.unsupported)

/** What is said until the button is pressed again, or the time is over. */
async function record() {
  if (!navigator.mediaDevices || !window.AudioWorkletNode) throw new DOMException('', 'NotSupportedError')
  const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const stream = await navigator.mediaDevices.getUserMedia({ audio })
  const { context, source } = open(stream)
  try {
    await context.audioWorklet.addModule('/voice/capture.js')
    const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 })
    const parts = []
    capture.port.onmessage = ({ data }) => {
      parts.push(data)
      meter.value = Math.min(1, Math.max(...data.map(Math.abs)) * 2)
    }
    source.connect(capture)
    await context.resume()
    show(true)
    await new Promise((resolve) => {
      stop = resolve
      setTimeout(resolve, secondsMax * 1000)
    })
    source.disconnect()
    return { parts, rate: context.sampleRate }
  } finally {
    stop = null
    show(false)
    for (const track of stream.getTracks()) track.stop()
    await context.close()
  }
}

/** Some browsers do not change the rate of a microphone; then it is sent as it comes. */
function open(stream) {
  for (const options of [{ sampleRate: rate }, {}]) {
    const context = new AudioContext(options)
    try {
      return { context, source: context.createMediaStreamSource(stream) }
    } catch {
      context.close()
    }
  }
  throw new DOMException('', 'NotSupportedError')
}

function show(isListening) {
  meter.hidden = !isListening
  meter.value = 0
  button.querySelector('span').textContent = isListening ? dataset.done : dataset.speak
  status.textContent = isListening ? dataset.listening : ''
}

/** 16-bit PCM of one channel. */
function wavOf({ parts, rate }) {
  const count = parts.reduce((sum, part) => sum + part.length, 0)
  const view = new DataView(new ArrayBuffer(44 + 2 * count))
  const text = (at, letters) => {
    for (const [index, letter] of [...letters].entries()) view.setUint8(at + index, letter.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + 2 * count, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, 2 * rate, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, 2 * count, true)
  let at = 44
  for (const part of parts)
    for (const sample of part) {
      view.setInt16(at, Math.max(-1, Math.min(1, sample)) * 32_767, true)
      at += 2
    }
  return new Uint8Array(view.buffer)
}

function base64url(bytes) {
  let letters = ''
  for (let at = 0; at < bytes.length; at += 8_192) letters += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

async function send(wav) {
  const recording = base64url(wav)
  if (isEnrolment) return step(recording)
  form.elements.recording.value = recording
  form.submit()
}

const prompts = dataset.prompts?.split(' ') ?? []
const recordings = []
let steps = Number(dataset.steps)

/** Has one recording looked at, and sends all of them when there are enough. */
async function step(recording) {
  const heard = await post({ recording: [recording], index: recordings.length })
  if (heard.kind !== 'heard') return complain(heard.sentence)
  recordings.push(recording)
  if (recordings.length < steps) return ask()
  const said = await post({ recording: recordings })
  if (said.kind === 'enrolled') return location.replace(dataset.ending)
  if (said.kind === 'more') steps = prompts.length
  else recordings.length = said.kind === 'wrong' ? said.at : 0
  ask()
  complain(said.sentence)
}

function ask() {
  status.textContent = ''
  digits.textContent = [...prompts[recordings.length]].join(' ')
  const values = { '{step}': recordings.length + 1, '{steps}': steps }
  form.querySelector('.step').textContent = dataset.step.replaceAll(/\{\w+\}/g, (name) => values[name])
}

async function post({ recording, ...rest }) {
  const fields = new URLSearchParams({ consent: 'yes', ...rest })
  for (const one of recording) fields.append('recording', one)
  const answer = await fetch(form.action, { method: 'POST', body: fields })
  if (!answer.ok) throw new Error('refused')
  return answer.json()
}

function complain(sentence) {
  status.textContent = ''
  problem.querySelector('span').textContent = sentence
  problem.hidden = false
}

/** The names are those of the Media Capture API. */
function sentenceFor({ name }) {
  const { forbidden, missing, unsupported, failed } = dataset
  if (name === 'NotAllowedError' || name === 'SecurityError') return forbidden
  if (name === 'NotFoundError') return missing
  return name === 'NotSupportedError' ? unsupported : failed
}
