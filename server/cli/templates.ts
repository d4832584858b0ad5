import { Argument, type Command, Option } from 'commander'
import {
  defaultTemplates,
  isLanguage,
  isTemplate,
  type Language,
  languages,
  placeholders,
  type TemplateId,
  templateProblem,
} from '../engine/templates.ts'
import { previewed } from '../preview.ts'
import { templatePrefix } from '../store/customers.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { readText } from './input.ts'
import { applyChange } from './known-settings.ts'
import { customerOption, example, misuse } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns } from './terminal.ts'

const shownLengthMax = 60
const ids = Object.keys(defaultTemplates).filter(isTemplate)

export function templates(program: Command, act: Act): void {
  const noun = program
    .command('templates')
    .description("The texts of a customer's messages; docs/operating.md explains them")
    .addHelpText('after', example('templates list', 'templates preview'))
  noun
    .command('list')
    .description('List the texts in use')
    .addOption(languageOption('only this language'))
    .addOption(customerOption())
    .addHelpText('after', example('templates list', 'templates list --language es'))
    .action(act(list))
  noun
    .command('show')
    .description('Show a text, and the placeholders it may and must use')
    .addArgument(idArgument())
    .addOption(languageOption())
    .addOption(customerOption())
    .addHelpText('after', example('templates show code.sms', 'templates show code.email.text --language es'))
    .action(act(show))
  noun
    .command('set')
    .description('Replace a text; servers follow within about a second')
    .addArgument(idArgument())
    .argument('[text]', 'the new text')
    .addOption(fileOption())
    .addOption(languageOption())
    .addOption(customerOption())
    .addHelpText(
      'after',
      example(
        'templates set code.sms "{code} is your {customer} code."',
        'templates set code.email.text --file mail.txt',
      ),
    )
    .action(act(set))
  noun
    .command('reset')
    .description('Return to our own text')
    .addArgument(idArgument())
    .addOption(languageOption())
    .addOption(customerOption())
    .addHelpText('after', example('templates reset code.sms --language es'))
    .action(act(reset))
  noun
    .command('preview')
    .description(
      'Show messages as they would arrive: all of them, or those with one text, also with one that is not set yet',
    )
    .addArgument(idArgument('[id]'))
    .argument('[text]', 'try this text')
    .addOption(fileOption())
    .addOption(languageOption())
    .addOption(customerOption())
    .addHelpText('after', example('templates preview', 'templates preview code.sms "{code} is your {customer} code."'))
    .action(act(preview))
}

interface Options {
  readonly language?: Language
  readonly customer?: number
  readonly file?: string
}

async function list({ language: only, customer: key }: Options): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const all = ids.flatMap((id) =>
      languages.filter((language) => !only || language === only).map((language) => textOf(customer, id, language)),
    )
    const rows = all.map(({ id, language, isOwn, problem, text }) => [
      id,
      language,
      problem ? 'NOT USED' : isOwn ? 'own' : '',
      shortened(problem ?? text),
    ])
    return {
      text: columns([['id', 'language', '', 'text'], ...rows]),
      json: { customerKey: customer.id, templates: all },
    }
  })
}

async function show(id: TemplateId, options: Options): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const shown = textOf(customer, id, languageFor(customer, options))
    const { allowed, needed } = placeholders(id)
    const owner = shown.isOwn ? `own text of customer ${customer.id}` : 'our own text'
    const facts = [
      `${id}, ${shown.language}: ${owner}`,
      `It may use ${allowed.join(', ')}${needed.length > 0 ? ` and must use ${needed.join(', ')}` : ''}.`,
      ...(shown.problem ? [`It is not used: ${shown.problem}`] : []),
    ]
    return {
      text: `${facts.join('\n')}\n\n${shown.text}`,
      json: { customerKey: customer.id, ...shown, allowed, needed },
    }
  })
}

async function set(id: TemplateId, given: string | undefined, options: Options): Promise<Report> {
  const text = await usableText(id, given, options)
  if (text === undefined) throw misuse('Give a text, or --file')
  return withStore(async (store) => {
    const { id: scope, ...customer } = await customerOf(store, options.customer)
    const language = languageFor(customer, options)
    await change(store, scope, id, language, text)
    return {
      text: `${id} (${language}) of customer ${scope} is changed. Servers follow within about a second.\nSee it: npx countersign templates preview ${id} --language ${language} --customer ${scope}`,
      json: { customerKey: scope, id, language, text },
    }
  })
}

async function reset(id: TemplateId, options: Options): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const language = languageFor(customer, options)
    await change(store, customer.id, id, language, '')
    const text = defaultTemplates[id][language]
    return {
      text: `${id} (${language}) of customer ${customer.id} is our own text again:\n\n${text}`,
      json: { customerKey: customer.id, id, language, text },
    }
  })
}

async function preview(id: TemplateId | undefined, given: string | undefined, options: Options): Promise<Report> {
  const text = id && (await usableText(id, given, options))
  if (!id && options.file !== undefined) throw misuse('Say which text the file holds')
  return withStore(async (store, config) => {
    const customer = await customerOf(store, options.customer)
    const language = languageFor(customer, options)
    const own = new Map(customer.templates)
    if (id && text !== undefined) own.set(`${id}.${language}`, text)
    const messages = await previewed({ ...customer, templates: own }, language, config.baseUrl, id)
    return {
      text: messages.map(({ title, shown }) => `── ${title}\n${shown}`).join('\n\n'),
      json: { customerKey: customer.id, language, messages: messages.map(({ shown: _, ...message }) => message) },
    }
  })
}

/** The text that was given, which must be of use. */
async function usableText(id: TemplateId, given: string | undefined, { file }: Options): Promise<string | undefined> {
  if (given !== undefined && file !== undefined) throw misuse('Give a text or --file, not both')
  // A file ends with a line break that nobody means.
  const text = file === undefined ? given : (await readText(file)).replaceAll('\r\n', '\n').replace(/\n$/, '')
  const problem = text === undefined ? undefined : text === '' ? 'It is empty.' : templateProblem(id, text)
  if (problem) throw new Refusal(`${id} cannot be this text. ${problem}`)
  return text
}

async function change(store: Store, scope: number, id: TemplateId, language: Language, text: string): Promise<void> {
  const nowMs = await nowOf(store)
  const name = `${templatePrefix}${id}.${language}`
  await store.write((tx) => applyChange(tx, { scope, name, text, isAudited: false }, nowMs))
}

function textOf({ templates: own }: Customer, id: TemplateId, language: Language) {
  const text = own.get(`${id}.${language}`)
  const problem = text === undefined ? null : (templateProblem(id, text) ?? null)
  return { id, language, isOwn: text !== undefined, text: text ?? defaultTemplates[id][language], problem }
}

function languageFor({ settings }: Pick<Customer, 'settings'>, { language }: Options): Language {
  return language ?? settings.language
}

function languageOption(about = "language (default: the customer's)"): Option {
  return new Option('--language <language>', about).choices(languages.filter(isLanguage))
}

function fileOption(): Option {
  return new Option('--file <file>', 'read the text from a file; - reads standard input')
}

function idArgument(name = '<id>'): Argument {
  return new Argument(name, 'which text').choices(ids)
}

function shortened(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return line.length > shownLengthMax ? `${line.slice(0, shownLengthMax - 1)}…` : line
}
