import type { FileProblem } from './problems.ts'

/** An element by its local name: whatever prefix a vendor chose for a namespace. */
export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** Its own characters, trimmed. */
  readonly text: string
}

const depthMax = 32
const elementsMax = 200_000
const attributesMax = 32

/**
 * Reads the XML that PSKC is written in: elements, attributes, characters, comments. There is no document type, no entity
 * but the five of XML itself, no CDATA and no processing instruction, so nothing can be included or multiplied.
 */
export function readXml(text: string): Element | FileProblem {
  try {
    return treeOf(text.replace(/^\s*(?:<\?xml[^?]*\?>)?/, ''))
  } catch (error) {
    if (error instanceof Refused) return error.problem
    throw error
  }
}

/** Ends the reading from whatever depth. */
class Refused extends Error {
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problem)
    this.problem = problem
  }
}

/** An element that is not closed yet. */
interface Open {
  readonly qualified: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  readonly pieces: string[]
}

function treeOf(body: string): Element {
  const root = opened('', '')
  const open = [root]
  let elements = 0
  for (const [, ended, started, attributes = '', slash, characters] of piecesOf(body)) {
    const parent = open.at(-1) ?? root
    if (characters !== undefined) parent.pieces.push(decoded(characters))
    if (ended !== undefined) close(open, ended)
    if (started === undefined) continue
    elements++
    if (elements > elementsMax || open.length > depthMax) throw new Refused('xml-too-deep')
    open.push(opened(started, attributes))
    if (slash) close(open, started)
  }
  const { children, pieces } = root
  const [only] = children
  if (!only || children.length > 1 || open.length > 1 || pieces.join('').trim() !== '') throw new Refused('bad-xml')
  return only
}

function opened(qualified: string, attributes: string): Open {
  return { qualified, attributes: attributesOf(attributes), children: [], pieces: [] }
}

function close(open: Open[], qualified: string): void {
  const done = open.pop()
  const parent = open.at(-1)
  if (!parent || done?.qualified !== qualified) throw new Refused('bad-xml')
  const { attributes, children, pieces } = done
  parent.children.push({ name: localName(qualified), attributes, children, text: pieces.join('').trim() })
}

const nameLetters = '[A-Za-z_][\\w.:-]*'
const pairs = `(?:\\s+${nameLetters}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*`
/** A comment, an end, a beginning with its attributes, or characters. */
const piece = `<!--[\\s\\S]*?-->|</(${nameLetters})\\s*>|<(${nameLetters})(${pairs})\\s*(/?)>|([^<]+)`
const pair = new RegExp(`(${nameLetters})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')

/** Every place is looked at once, so that no text makes it slow. */
function* piecesOf(body: string): Generator<RegExpExecArray> {
  const next = new RegExp(piece, 'y')
  while (next.lastIndex < body.length) {
    const at = next.lastIndex
    const found = next.exec(body)
    if (!found) throw new Refused(/^<!(?:DOCTYPE|ENTITY)/i.test(body.slice(at, at + 9)) ? 'xml-doctype' : 'bad-xml')
    yield found
  }
}

function attributesOf(listed: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, qualified = '', double, single] of listed.matchAll(pair)) {
    if (found.size >= attributesMax) throw new Refused('xml-too-deep')
    found.set(localName(qualified), decoded(double ?? single ?? ''))
  }
  return found
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Only entities of XML itself and numbers of characters; every other `&` refuses the file. */
function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));|&/g, (_, decimal, hex, named) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : Number.NaN
    if (code <= 0x10ffff) return String.fromCodePoint(code)
    const letter = Object.hasOwn(entities, named ?? '') ? entities[named] : undefined
    if (letter === undefined) throw new Refused('bad-xml')
    return letter
  })
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}

/** The first child of this name, or of a path of names. */
export function childOf(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce((from, name) => from?.children.find((one) => one.name === name), element)
}

/** As it must stand between tags and in attributes. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
