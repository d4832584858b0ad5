import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { FileProblem } from './problems.ts'
import { childOf, type Element, escapeXml, readXml } from './xml.ts'

function read(text: string): Element {
  const found = readXml(text)
  assert.ok(typeof found !== 'string', String(found))
  return found
}

describe('the XML reader', () => {
  it('reads elements by their local names, attributes, characters and comments', () => {
    const root = read(`<?xml version="1.0" encoding="UTF-8"?>
      <!-- a > comment -->
      <p:a xmlns:p = "urn:x" p:one='1 "one"' two="&lt;2&#x33;">
        first <b/> second<!-- < --><p:c>&amp;&#52;&apos;</p:c >
      </p:a>
      `)
    assert.equal(root.name, 'a')
    assert.deepEqual(
      [...root.attributes],
      [
        ['p', 'urn:x'],
        ['one', '1 "one"'],
        ['two', '<23'],
      ],
    )
    assert.match(root.text, /^first\s+second$/)
    assert.deepEqual(
      root.children.map(({ name, text }) => [name, text]),
      [
        ['b', ''],
        ['c', "&4'"],
      ],
    )
    assert.equal(childOf(root, 'c')?.text, "&4'")
    assert.equal(childOf(root, 'b', 'c'), undefined)
  })

  const refused: Readonly<Record<string, readonly [problem: FileProblem, text: string]>> = {
    nothing: ['bad-xml', ''],
    'plain text': ['bad-xml', 'hello'],
    'two roots': ['bad-xml', '<a/><b/>'],
    'text after the root': ['bad-xml', '<a/>b'],
    'an element that is not closed': ['bad-xml', '<a><b></a>'],
    'an element that is not open': ['bad-xml', '<a/></a>'],
    'a root that is closed twice': ['bad-xml', '</a>'],
    'an attribute without marks': ['bad-xml', '<a b=c/>'],
    'a bare ampersand': ['bad-xml', '<a>&</a>'],
    'an entity of its own': ['bad-xml', '<a>&xxe;</a>'],
    'an entity of JavaScript': ['bad-xml', '<a>&constructor;</a>'],
    'a character beyond Unicode': ['bad-xml', '<a>&#x110000;</a>'],
    'a comment that does not end': ['bad-xml', '<a><!-- </a>'],
    CDATA: ['bad-xml', '<a><![CDATA[b]]></a>'],
    'a processing instruction': ['bad-xml', '<a><?php exit ?></a>'],
    'a document type': ['xml-doctype', '<!DOCTYPE a><a/>'],
    'an external entity': ['xml-doctype', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    'a billion laughs': [
      'xml-doctype',
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>`,
    ],
    'an entity inside the root': ['xml-doctype', '<a><!ENTITY x "y"></a>'],
    'too many levels': ['xml-too-deep', '<a>'.repeat(33) + '</a>'.repeat(33)],
    'a million levels': ['xml-too-deep', '<a>'.repeat(1_000_000)],
    'too many elements': ['xml-too-deep', `<a>${'<b/>'.repeat(200_001)}</a>`],
    'too many attributes': ['xml-too-deep', `<a ${Array.from({ length: 33 }, (_, at) => `b${at}="c"`).join(' ')}/>`],
  }
  for (const [what, [problem, text]] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      assert.equal(readXml(text), problem)
    })

  it('takes as many levels as it says', () => {
    assert.equal(read('<a>'.repeat(32) + '</a>'.repeat(32)).name, 'a')
  })

  it('is not slow, whatever it is given', () => {
    const million = 1_000_000
    for (const text of [
      `<a${' '.repeat(million)}`,
      `<a${' b=""'.repeat(million / 5)}`,
      `<a ${'b'.repeat(million)}`,
      `<${'a'.repeat(million)}`,
      '<!--'.repeat(million / 4),
      `<a>${'&'.repeat(million)}</a>`,
      `<a>${'&#1'.repeat(million / 3)}</a>`,
      `<a b="${'x'.repeat(million)}`,
    ]) {
      const startedMs = performance.now()
      assert.equal(typeof readXml(text), 'string')
      assert.ok(performance.now() - startedMs < 2_000, text.slice(0, 10))
    }
  })

  it('never fails in another way', () => {
    const bits = fc.constantFrom('<', '>', '/', 'a', ' ', '="b"', '&', ';', '#', '!--', '-->', '?', '\0', '\ud800', ':')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(bits).map((some) => some.join('')),
        ),
        (text) => {
          readXml(text)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('reads back what was escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const root = read(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)
        assert.equal(root.attributes.get('b'), text)
        assert.equal(root.text, text.trim())
      }),
    )
  })
})
