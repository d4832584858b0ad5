import type { Language } from '../../engine/templates.ts'
import { words } from './words.ts'

/** The login page of the demonstration, with the phone app beside it in a frame. */
export function demoPage(language: Language): string {
  const say = words[language]
  const told = Object.entries(say.told).map(([name, sentence]) => `data-${name}="${sentence}"`)
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${say.page} – Countersign</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/demo/demo.css">
<script type="module" src="/demo/demo.js"></script>
</head>
<body>
<main aria-label="${say.page}">
<section class="site" aria-labelledby="heading">
<p class="brand"><span aria-hidden="true">D</span>${say.shop}</p>
<h1 id="heading">${say.signIn}</h1>
<p>${say.user} <strong id="username"></strong>. <button type="button" class="link" id="other">${say.other}</button></p>
<ol>
<li>
<h2>${say.pair}</h2>
<p>${say.pairText}</p>
<button type="button" data-step="pair">${say.pairButton}</button>
</li>
<li>
<h2>${say.signIn}</h2>
<p>${say.signInText}</p>
<div class="row">
<button type="button" data-step="push">${say.push}</button>
<button type="button" data-step="scan">${say.scan}</button>
</div>
<form id="code">
<label for="token">${say.code}</label>
<div class="row">
<input id="token" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required>
<button type="submit">${say.signIn}</button>
</div>
</form>
</li>
</ol>
<section id="stage" class="stage" aria-live="polite" hidden
${told.join('\n')}>
<img id="qr" alt="${say.qr}" width="260" height="260" hidden>
<p id="number" class="number" hidden></p>
<p id="told"></p>
<p id="message" class="message" lang="en" hidden></p>
<button type="button" id="show" hidden>${say.show}</button>
</section>
<p class="more">${say.calls} <a href="/dev/requests">${say.requests}</a> · <a href="/docs">${say.reference}</a> · <a href="/dev/inbox">${say.inbox}</a></p>
</section>
<section class="phone" aria-label="${say.phone}">
<iframe id="phone" src="/app/" title="${say.app}" allow="camera; clipboard-write; publickey-credentials-get; publickey-credentials-create"></iframe>
</section>
</main>
</body>
</html>
`
}
