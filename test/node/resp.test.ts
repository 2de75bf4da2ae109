/** RESP2 requests: the same parse for every chunking, and nothing lenient about lengths. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ARGS_MAX,
  BULK_BYTES_MAX,
  INLINE_BYTES_MAX,
  RespError,
  RespParser,
  splitInline,
} from '../../src/main/node/resp'
import { respOf } from '../support/nodeSupport'

interface Parse {
  readonly requests: string[][]
  readonly error: string | null
}

/** Feeds the bytes in chunks of the given sizes, in turn, and takes what is there each time. */
function parse(bytes: Buffer, sizes: readonly number[]): Parse {
  const parser = new RespParser()
  const requests: string[][] = []
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length]!
      parser.append(bytes.subarray(at, at + size))
      at += size
      for (let args = parser.next(); args; args = parser.next()) requests.push(args)
    }
  } catch (error) {
    if (!(error instanceof RespError)) throw error
    return { requests, error: error.message }
  }
  return { requests, error: null }
}

function parseText(text: string): Parse {
  return parse(Buffer.from(text, 'latin1'), [text.length || 1])
}

const anyArg = fc.string({ unit: fc.nat(255).map((unit) => String.fromCharCode(unit)) })
const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

describe('any chunking', () => {
  it('of any requests gives them back, byte for byte', () => {
    const anyRequest = fc.array(anyArg, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(anyRequest), anySizes, (requests, sizes) => {
        const text = requests.map((args) => respOf(...args)).join('')
        expect(parse(Buffer.from(text, 'latin1'), sizes)).toEqual({ requests, error: null })
      }),
    )
  })

  it('of any bytes gives the same requests and the same error', () => {
    const piece = fc.oneof(
      fc.constantFrom('*1\r\n', '*2\r\n', '$1\r\n', '$-1\r\n', '\r\n', '\n', 'a b\n', '"', "'"),
      fc.constantFrom(
        '*',
        '$',
        '-',
        '0',
        '1',
        '9',
        '\r',
        'PING\r\n',
        ' ',
        '\\x',
        '*0\r\n',
        '*-1\r\n',
      ),
      anyArg,
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), anySizes, (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1')
        expect(parse(bytes, sizes)).toEqual(parse(bytes, [bytes.length || 1]))
      }),
      { numRuns: 1000 },
    )
  })

  it('of a large bulk string, one byte at a time', () => {
    const text = respOf('SET', 'key', 'x'.repeat(20_000))
    expect(parse(Buffer.from(text), [1]).requests[0]?.[2]).toHaveLength(20_000)
  })
})

describe('lengths are strict', () => {
  it.each(['', '0x10', '1e3', ' 1', '1 ', '+1', '01', '-0', '1.0', '--1', '9'.repeat(20), 'a'])(
    'an array of "%s" is refused',
    (length) => {
      expect(parseText(`*${length}\r\n`).error).toBe('Protocol error: invalid multibulk length')
    },
  )

  it.each(['', '0x10', '1e3', ' 1', '+1', '01', '-1', '-0', '9'.repeat(20)])(
    'a bulk string of "%s" is refused',
    (length) => {
      expect(parseText(`*1\r\n$${length}\r\n`).error).toBe('Protocol error: invalid bulk length')
    },
  )

  it('an array or bulk string beyond the limit is refused before it is read', () => {
    const many = parseText(`*${ARGS_MAX + 1}\r\n`)
    expect(many.error).toBe('Protocol error: invalid multibulk length')
    const long = parseText(`*1\r\n$${BULK_BYTES_MAX + 1}\r\n`)
    expect(long.error).toBe('Protocol error: invalid bulk length')
    const head = `$${BULK_BYTES_MAX}\r\n${'x'.repeat(BULK_BYTES_MAX)}\r\n`
    expect(parseText(`*3\r\n${head}${head}$1\r\n`).error).toBe('Protocol error: too big request')
  })

  it('what stands where a bulk string should is named', () => {
    expect(parseText('*1\r\n:1\r\n').error).toBe("Protocol error: expected '$', got ':'")
    expect(parseText('*1\r\n\n').error).toBe("Protocol error: expected '$', got '?'")
  })

  it('a bulk string must end where it says', () => {
    expect(parseText('*1\r\n$1\r\nabc\r\n').error).toMatch(/expected CRLF/)
  })

  it('an empty or negative array is skipped, as Redis does', () => {
    const text = `*0\r\n*-1\r\n${respOf('PING')}`
    expect(parseText(text)).toEqual({ requests: [['PING']], error: null })
  })
})

describe('inline commands', () => {
  it.each([
    ['SET key value', ['SET', 'key', 'value']],
    ['  a \t b  ', ['a', 'b']],
    ['echo "two words"', ['echo', 'two words']],
    [String.raw`"\x41\n\"\\" 'it\'s' ''`, ['A\n"\\', "it's", '']],
    [String.raw`'\n'`, [String.raw`\n`]],
    ['', []],
  ])('%s', (line, args) => {
    expect(splitInline(line)).toEqual(args)
  })

  it.each(['"open', "'open", '"a"b', '"a\\'])('%s has unbalanced quotes', (line) => {
    expect(() => splitInline(line)).toThrow('Protocol error: unbalanced quotes in request')
  })

  it('end with or without a carriage return; empty lines are skipped', () => {
    const wanted = { requests: [['PING'], ['PING']], error: null }
    expect(parseText('PING\r\n\r\n\nPING\n')).toEqual(wanted)
  })

  it('without an end are refused at the limit', () => {
    const text = 'x'.repeat(INLINE_BYTES_MAX + 1)
    expect(parse(Buffer.from(text), [1000]).error).toBe('Protocol error: too big inline request')
    expect(parseText(`${text}\n`).error).toBe('Protocol error: too big inline request')
  })
})
