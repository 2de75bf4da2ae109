/** docs/wire.md against the code: every frame parses whole, every byte and proof is right. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../src/core/kv/value'
import { FAMILY_OF } from '../src/core/paxos/message'
import { parseLabToNode, parseNodeToLab } from '../src/shared/controlCodec'
import { parseFrame } from '../src/shared/frame'
import { helloText, parseHello } from '../src/shared/hello'
import { parseMessage, printMessage } from '../src/shared/wire'
import type { JoinCard } from '../src/main/lab/joinCard'
import { nodeFile } from './support/nodeSupport'
import { root } from './support/tree'

const page = readFileSync(join(root, 'docs/wire.md'), 'utf8')

interface Block {
  readonly kind: string
  readonly lines: readonly string[]
}

const blocks = [...page.matchAll(/^```(\w+(?: \w+)?)\n([\s\S]*?)\n```$/gm)].map(
  ([, kind = '', text = '']): Block => ({ kind, lines: text.split('\n') }),
)

function linesOf(kind: string): string[] {
  return blocks.filter((block) => block.kind === kind).flatMap(({ lines }) => lines)
}

function blockOf(kind: string): string {
  return blocks.find((block) => block.kind === kind)?.lines.join('\n') ?? ''
}

const frames = linesOf('json')
const messages = frames.filter((line) => parseFrame(line).type !== 'hello')
const hellos = frames.filter((line) => parseFrame(line).type === 'hello')

describe('docs/wire.md', () => {
  it.each(messages)('has a frame as nodes print it: %s', (line) => {
    const message = parseMessage(parseFrame(line))
    expect(message).not.toBeNull()
    expect(printMessage(message!)).toBe(`${line}\n`)
  })

  it.each(Object.keys(FAMILY_OF))('has an example and a row of the message %s', (type) => {
    expect(messages.map((line) => parseFrame(line).type)).toContain(type)
    expect(page).toContain(`\n| \`${type}\` | `)
  })

  it.each(messages)('names every field of %s', (line) => {
    const fields = new Set([...line.matchAll(/"(\w+)":/g)].map(([, name]) => name!))
    for (const name of fields) expect(page).toContain(`\`${name}\``)
  })

  it.each(linesOf('json toNode'))('has a frame that a node understands: %s', (line) => {
    expect(parseLabToNode(parseFrame(line))).toEqual(JSON.parse(line))
  })

  it.each(linesOf('json toLab'))('has a frame that the lab understands: %s', (line) => {
    expect(parseNodeToLab(parseFrame(line))).toEqual(JSON.parse(line))
  })

  it('proves its hello', () => {
    const secret = Buffer.from(blockOf('secret'), 'hex')
    expect(hellos).toHaveLength(1)
    for (const line of hellos) {
      const hello = parseHello(parseFrame(line))
      expect(hello).toEqual(JSON.parse(line))
      expect(createHmac('sha256', secret).update(helloText(hello)).digest('hex')).toBe(hello.proof)
      expect(bytesBefore(line)).toEqual(Buffer.from(helloText(hello)))
    }
  })

  it('spells frames in bytes', () => {
    const spelled = blocks.flatMap((block, index) => {
      const next = blocks[index + 1]
      const isFrame = block.kind === 'json' && next?.kind === 'hex'
      return isFrame ? [{ line: block.lines.join('\n'), bytes: bytesOf(next) }] : []
    })
    expect(spelled).toHaveLength(2)
    for (const { line, bytes } of spelled) expect(bytes.toString('utf8')).toBe(`${line}\n`)
    expect(page).toContain(`is these ${spelled[0]!.bytes.length} bytes`)
  })

  it('shows values that are commands', () => {
    const rows = [...page.matchAll(/^\| `(\S+:\d+:\d+\\\|.*?)` \| `(\S+)` \| (\d+) \| (\d+) \|/gm)]
    expect(rows.length).toBeGreaterThan(1)
    for (const [, value = '', session, seq, acked] of rows) {
      const command = parseCommand(value.replace('\\|', '|'))
      expect(command).toMatchObject({ session, seq: Number(seq), ackedThrough: Number(acked) })
    }
  })

  it('has a row for each field of the join card and of the start-up file', () => {
    const card: JoinCard = {
      version: 1,
      cluster: '',
      secret: '',
      node: 1,
      members: [],
      own: { host: '', peerPort: 0 },
      peers: [],
      tickMs: 1,
    }
    const shown: unknown = JSON.parse(blockOf('json card'))
    expect(Object.keys(shown ?? {})).toEqual(Object.keys(card))
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const named = new Set(rows.flatMap((row) => (row.split(' | ')[0] ?? '').match(/\w+/g) ?? []))
    for (const name of [...Object.keys(card), ...Object.keys(nodeFile({ dataDir: '' }))]) {
      expect(named).toContain(name)
    }
  })
})

function bytesOf(block: Block): Buffer {
  return Buffer.from(block.lines.join(' ').replaceAll(' ', ''), 'hex')
}

/** The bytes spelled just before this line's block. */
function bytesBefore(line: string): Buffer {
  const index = blocks.findIndex(({ lines }) => lines.includes(line))
  return bytesOf(blocks[index - 1] ?? { kind: 'hex', lines: [] })
}
