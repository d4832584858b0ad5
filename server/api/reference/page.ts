import { escapeHtml } from '../../engine/wording.ts'
import type { Field, ShownCall, ShownGroup } from './calls.ts'
import type { Fields } from './example.ts'
import { samples } from './samples/index.ts'

/** Whom the page is written for. */
export interface Reader {
  readonly baseUrl: string
  /** The key to fill in; null: placeholders. */
  readonly key: { readonly customerKey: string; readonly apiKey: string } | null
  /** Other pages of this server that help. */
  readonly links: readonly { readonly href: string; readonly title: string; readonly about: string }[]
}

const placeholders = { customerKey: 'YOUR_CUSTOMER_KEY', apiKey: 'YOUR_API_KEY' }

/** The whole reference, without a single thing from elsewhere. It can be read without its script. */
export function referencePage(groups: readonly ShownGroup[], reader: Reader): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API reference – Countersign</title>
<link rel="stylesheet" href="/docs/style.css">
<script type="module" src="/docs/script.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the reference</a>
<header class="bar">
<p class="brand">
<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9"/><path d="m8 16.5 5 5L24 10.5"/></svg>
Countersign
</p>
${languageSwitch()}
</header>
<div class="columns">
<nav class="calls" aria-label="Calls">
${groups.map(navigationOf).join('\n')}
</nav>
<main id="content">
${introduction(reader)}
${groups.map((group) => groupSection(group, reader)).join('\n')}
</main>
</div>
<p id="said" class="said" role="status"></p>
</body>
</html>
`
}

function languageSwitch(): string {
  const radios = samples.map(({ id, title }, index) => {
    const checked = index === 0 ? ' checked' : ''
    return `<input type="radio" name="language" id="language-${id}" value="${id}"${checked}><label for="language-${id}">${title}</label>`
  })
  return `<fieldset class="languages">
<legend>Language of the samples</legend>
${radios.join('\n')}
</fieldset>`
}

function navigationOf({ title, calls }: ShownGroup): string {
  const items = calls.map(({ name }) => `<li><a href="#${name}">${name.replaceAll('users-', '')}</a></li>`)
  return `<h2>${escapeHtml(title)}</h2>
<ul>${items.join('')}</ul>`
}

function introduction({ baseUrl, key, links }: Reader): string {
  const whose = key
    ? `The samples hold your own address and key, because this server runs in development: copy one, run it, and it works.`
    : `Put your own keys in place of <code>${placeholders.customerKey}</code> and <code>${placeholders.apiKey}</code>.`
  const more = links.map(({ href, title, about }) => `<li><a href="${href}">${title}</a>: ${escapeHtml(about)}</li>`)
  return `<h1>API reference</h1>
<p class="lead">Ask who somebody is, and judge what he answers. ${whose}</p>
<ul class="links">${more.join('')}</ul>
<section aria-labelledby="every-call">
<h2 id="every-call">Every call</h2>
<p>A call is a <code>POST</code> with a JSON object to <code>${escapeHtml(baseUrl)}</code>, signed by three headers:</p>
<dl>
<div><dt><code>Customer-Key</code></dt><dd>Your customer key.</dd></div>
<div><dt><code>Timestamp</code></dt><dd>The time in milliseconds since 1970, in decimal digits, at most five minutes off.</dd></div>
<div><dt><code>Authorization</code></dt><dd>The SHA-512 of customer key, timestamp and API key, put together without anything between them, in lower-case hex.</dd></div>
</dl>
<p>The exact bytes of one signed request count once. Calls that take the header <code>Idempotency-Key</code> may be repeated with the same key and the same body, signed anew, when their answer was lost: they give it again and do nothing twice. Keep the API key on your server, never in a page or an app.</p>
</section>
<section aria-labelledby="every-answer">
<h2 id="every-answer">Every answer</h2>
<p>An answer is JSON with HTTP 200, also when it refuses: read <code>status</code>. <code>SUCCESS</code> is the only success, <code>message</code> says in a sentence what else happened, and <code>statusCode</code> and <code>statusMessage</code> are the same again. The header <code>X-Request-Id</code> names the call in the log.</p>
</section>`
}

function groupSection({ title, calls }: ShownGroup, reader: Reader): string {
  const id = title.toLowerCase().replaceAll(' ', '-')
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${escapeHtml(title)}</h2>
${calls.map((call) => callArticle(call, reader)).join('\n')}
</section>`
}

function callArticle(call: ShownCall, reader: Reader): string {
  const { name, path, summary, isSigned, fields, example } = call
  const about = example ? `<p>${marked(example.about)}</p>` : ''
  return `<article aria-labelledby="${name}">
<h3 id="${name}">${marked(summary)}</h3>
<p class="path"><span>POST</span> <code>${escapeHtml(path).replaceAll('/', '/<wbr>')}</code>${isSigned ? '' : ' <em>also without a signature</em>'}</p>
${about}
<h4>Request fields</h4>
${fieldTable(fields)}
${example ? exampleParts(call, example.request, example.answer, reader) : ''}
</article>`
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(({ name, type, isRequired, description }) => {
    const required = isRequired ? '<strong>required</strong>' : 'optional'
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(type)}</td><td>${required}</td><td>${marked(description)}</td></tr>`
  })
  return `<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">Description</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`
}

function exampleParts(
  call: ShownCall,
  given: Fields,
  answer: object | number | string,
  { baseUrl, key }: Reader,
): string {
  const signer = key ?? placeholders
  const own = Object.keys(given).filter((name) => name === 'customerKey' || name === 'customerId')
  const request = { ...given, ...Object.fromEntries(own.map((name) => [name, signer.customerKey])) }
  const written = { name: call.name, url: baseUrl + call.path, body: request, signer: call.isSigned ? signer : null }
  const programs = samples.map(({ id, run, write }) => block(`sample ${id}`, run(call.name), write(written)))
  return `<h4>Example</h4>
<div class="pair">
${block('', 'Request', json(request))}
${block('', 'Answer', typeof answer === 'string' ? answer : json(answer))}
</div>
<h4>Sample</h4>
${programs.join('\n')}`
}

/** Code that can be scrolled by keyboard and copied; the script adds the button. */
function block(kind: string, caption: string, text: string): string {
  return `<figure class="code ${kind}"><figcaption>${escapeHtml(caption)}</figcaption><pre tabindex="0"><code>${escapeHtml(text)}</code></pre></figure>`
}

function json(value: object | number): string {
  return JSON.stringify(value, null, 2)
}

/** Our own sentences: what stands between back-ticks is code. */
function marked(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
