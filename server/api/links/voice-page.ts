import type { Language } from '../../engine/templates.ts'
import type { VoiceHint, VoicePage } from '../../engine/voice.ts'
import type { VoiceEnrolmentPage } from '../../engine/voice-enrolment.ts'
import { escapeHtml } from '../../engine/wording.ts'
import { htmlPage, icons } from '../page.ts'
import { openedBy, wayBack } from './back.ts'
import { brand, fact, facts, filled, type Knows, ownPath, username } from './page.ts'
import { type Words, words } from './words.ts'

const script = '/voice/script.js'

/** The page that asks for a voice. Its script records, and posts what it heard. */
export function voicePage(
  engine: Knows,
  language: Language,
  view: VoicePage,
  action: string,
  hint: VoiceHint | null,
  nowMs: number,
) {
  const say = words[language]
  const customer = view.customer.name
  const complaint = hint && filled(say.voiceHints[hint], { customer })
  const { number, digits, untilMs } = view.prompt
  const target = escapeHtml(ownPath(action) + openedBy(action))
  const content = `${brand(view.customer)}<h1>${say.voiceTitle}</h1>
<p>${filled(say.voiceAsks, { customer })}</p>
${facts(engine, language, view)}
<noscript><p class="problem">${icons.alert}${say.needsScript}</p></noscript>
<form class="column voice" method="post" action="${target}" data-seconds="${Math.floor((untilMs - nowMs) / 1000)}"
${sentences(say)}>
${recorder(say, digits, complaint)}
<input type="hidden" name="recording"><input type="hidden" name="prompt" value="${number}">
</form>
<form method="post" action="${target}">
<p class="hint" id="hint">${say.denyHint}</p>
<button class="deny" name="decision" value="deny" aria-describedby="hint">${icons.cross}${say.deny}</button>
</form>
${wayBack(language, action)}`
  // A page that comes anew is read from its title: so that is where a problem is told first.
  const title = complaint ? `${complaint} ${say.voiceTitle}` : say.voiceTitle
  return htmlPage({ language, title, content, kind: 'asking', script })
}

/** The page on which a user sets up his voice. Its script has each recording looked at, and sends all of them at the end. */
export function voiceEnrolmentPage(language: Language, view: VoiceEnrolmentPage, action: string): string {
  const say = words[language]
  const customer = view.customer.name
  const content = `${brand(view.customer)}<h1>${say.voiceSetUpTitle}</h1>
<p>${filled(say.voiceSetUpAsks, { customer })}</p>
<dl>
${fact(say.account, username(view.username))}</dl>
<noscript><p class="problem">${icons.alert}${say.needsScript}</p></noscript>
<form class="column voice" action="${escapeHtml(ownPath(action))}/recordings" data-steps="${view.few}"
data-ending="/voice/done${openedBy(action)}"
data-prompts="${view.prompts.join(' ')}" data-step="${escapeHtml(say.voiceStep)}" data-more="${escapeHtml(say.voiceMore)}"
${sentences(say)}>
<label class="consent"><input type="checkbox" name="consent" value="yes" required><span>${filled(say.voiceConsent, { customer })}</span></label>
<p class="step">${filled(say.voiceStep, { step: '1', steps: String(view.few) })}</p>
${recorder(say, view.prompts[0] ?? '', null)}
</form>
${wayBack(language, action)}`
  return htmlPage({ language, title: say.voiceSetUpTitle, content, kind: 'asking', script })
}

/** What is said, and what records it. */
function recorder(say: Words, digits: string, complaint: string | null): string {
  return `<p class="problem" role="alert"${complaint ? '' : ' hidden'}>${icons.alert}<span>${complaint ?? ''}</span></p>
<p id="say">${say.voiceSay}</p>
<p class="digits" aria-describedby="say">${[...digits].join(' ')}</p>
<meter min="0" max="1" value="0" aria-label="${say.voiceLevel}" hidden></meter>
<button type="button">${icons.microphone}<span>${say.voiceSpeak}</span></button>
<p class="hint" role="status"></p>`
}

/** What the script says, in the language of the page. */
function sentences(say: Words): string {
  const told = {
    speak: say.voiceSpeak,
    done: say.voiceDone,
    listening: say.voiceListening,
    sending: say.voiceSending,
    forbidden: say.voiceForbidden,
    missing: say.voiceMissing,
    unsupported: say.voiceUnsupported,
    failed: say.voiceFailed,
  }
  return Object.entries(told)
    .map(([name, sentence]) => `data-${name}="${escapeHtml(sentence)}"`)
    .join('\n')
}
