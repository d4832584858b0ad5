import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Heard, Tools } from './method.ts'
import { methodSuite, toolsAt } from './method-suite.ts'
import { digitsMin, drawDigits, openPrompt, promptTtlMs, speakerMins, voice, withNewPrompt } from './voice.ts'
import { askForVoice, openEnrolment } from './voice-enrolment.ts'

const nowMs = 1_800_000_000_000
const good: Heard = { speaker: 0.9, speakerMin: 0.6, digits: 5 }
const template = '{}'
let count = 0

/** A question with its digits drawn, as the page is opened. */
function asked(digits = '471902', tools: Tools = toolsAt(nowMs, digits, Buffer.alloc(32, ++count))) {
  const challengeId = `5a0c6bd4-8e7a-4b0e-9d3c-${String(++count).padStart(12, '0')}`
  const begun = voice.begin({ challengeId, via: ['sms'], codeLength: 6, isNumberShown: false, secret: template }, tools)
  const [link] = begun.send
  if (link?.kind !== 'voice') throw new Error('No link is sent.')
  return {
    challengeId,
    tools,
    secret: link.secret,
    unopened: begun.pending,
    pending: withNewPrompt(begun.pending, tools),
  }
}

methodSuite(voice, () => {
  const right = '0123456789'.slice(count % 5, (count % 5) + 6)
  const { challengeId, tools, secret, pending } = asked(right)
  return {
    challengeId,
    pending,
    secret: template,
    right,
    tools,
    // What is said is judged elsewhere; here it is told of.
    answered: () => ({ kind: 'recording', secret, prompt: 1, isDenied: false, arrivedAtMs: nowMs }),
    heard: (text) => (text === right ? good : { ...good, digits: 0 }),
  }
})

describe('a recording', () => {
  const { challengeId, tools, secret, pending, unopened } = asked()
  const judge = (heard: Partial<Heard> | null, more: object = {}, from: object = {}) => {
    const answer = { kind: 'recording', secret, prompt: 1, isDenied: false, arrivedAtMs: nowMs, ...more } as const
    const given = {
      challengeId,
      pending,
      secret: template,
      answer,
      ...(heard && { heard: { ...good, ...heard } }),
      ...from,
    }
    return voice.judge(given, tools).kind
  }

  it('is right when voice and digits are', () => {
    assert.equal(judge({}), 'right')
    assert.equal(judge({ digits: null }), 'right')
    for (const speakerMin of Object.values(speakerMins))
      assert.equal(judge({ speaker: speakerMin, speakerMin }), 'right')
    assert.equal(judge({ digits: digitsMin }), 'right')
  })

  const wrongs: Readonly<Record<string, () => string>> = {
    'another voice': () => judge({ speaker: 0.59 }),
    'other digits': () => judge({ digits: digitsMin - 0.01 }),
    'a voice that cannot be told': () => judge({ speaker: Number.NaN }),
    'digits that cannot be told': () => judge({ digits: Number.NaN }),
    'nothing that was listened to': () => judge(null),
    'nobody’s template': () => judge({}, {}, { secret: null }),
    'the digits before': () => judge({}, { prompt: 0 }),
    'digits that were not drawn yet': () => judge({}, { prompt: 2 }),
    'a page that was never opened': () => judge({}, {}, { pending: unopened }),
    'a minute later': () => judge({}, { arrivedAtMs: nowMs + promptTtlMs }),
    'another link': () => judge({}, { secret: `${secret}x` }),
    'another question': () => judge({}, {}, { challengeId: asked().challengeId }),
    'an enrolment': () => judge({}, {}, { pending: askForVoice(challengeId, tools).pending }),
    'no with another link': () => judge({}, { isDenied: true, secret: 'x' }),
  }
  for (const [what, say] of Object.entries(wrongs)) it(`is wrong with ${what}`, () => assert.equal(say(), 'wrong'))

  it('just before the minute is over is in time', () => {
    assert.equal(judge({}, { arrivedAtMs: nowMs + promptTtlMs - 1 }), 'right')
  })

  it('may be a no, also before the page was opened', () => {
    assert.equal(judge(null, { isDenied: true }), 'denied')
    assert.equal(judge(null, { isDenied: true }, { pending: unopened }), 'denied')
  })
})

describe('digits', () => {
  it('are drawn when the page is opened, and anew with the next number', () => {
    const { challengeId, secret, unopened, pending, tools } = asked('041726')
    assert.deepEqual(openPrompt(challengeId, unopened, secret, tools), { prompt: null })
    const prompt = { number: 1, digits: '041726', untilMs: nowMs + promptTtlMs }
    assert.deepEqual(openPrompt(challengeId, pending, secret, tools), { prompt })
    const later = toolsAt(nowMs + 5, '918273')
    const next = openPrompt(challengeId, withNewPrompt(pending, later), secret, later)
    assert.deepEqual(next?.prompt, { number: 2, digits: '918273', untilMs: nowMs + 5 + promptTtlMs })
  })

  it('all differ', () => {
    const drawn = ['999999', '112345', '918273']
    const tools: Tools = { ...toolsAt(nowMs, ''), randomCode: () => drawn.shift() ?? '' }
    assert.equal(drawDigits(tools), '918273')
  })

  it('are shown to the bearer of the link alone', () => {
    const { challengeId, secret, pending, tools } = asked()
    for (const other of ['', 'x', `${secret}=`, secret.slice(1)])
      assert.equal(openPrompt(challengeId, pending, other, tools), undefined)
    assert.equal(openPrompt(asked().challengeId, pending, secret, tools), undefined)
    assert.ok(!pending.includes(secret))
  })
})

describe('an enrolment', () => {
  it('shows its digits to the bearer of its link alone', () => {
    const { challengeId, tools, secret, pending } = asked()
    const made = askForVoice(challengeId, tools)
    assert.deepEqual(openEnrolment(challengeId, made.pending, made.secret, tools), Array(5).fill('471902'))
    assert.equal(openEnrolment(challengeId, made.pending, 'x', tools), undefined)
    assert.equal(openEnrolment(asked().challengeId, made.pending, made.secret, tools), undefined)
    assert.equal(openEnrolment(challengeId, pending, secret, tools), undefined)
    assert.equal(openPrompt(challengeId, made.pending, made.secret, tools), undefined)
  })
})

it('is never enough where much is at stake', () => {
  assert.equal(voice.isEnoughAlone, false)
})
