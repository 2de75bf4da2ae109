/** The same commands to the KV and to a real Redis: the same bytes come back. */
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../../src/core/kv/commands'
import { KvMap } from '../../src/core/kv/kvMap'
import { eventually } from '../support/eventually'
import { RawClient, respOf, tempDirectory } from '../support/nodeSupport'

/** A port that was free a moment ago: redis-server takes no 0. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

async function startRedis(): Promise<RawClient> {
  const port = await freePort()
  const directory = tempDirectory()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory]
  const child = spawn('redis-server', options, { stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return eventually('redis-server takes connections', () => RawClient.connect(port))
}

const key = fc.constantFrom('a', 'b', 'c', 'ab', 'bc', 'k[1]', 'x*y', '', 'ä')
const number = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.bigInt({ min: -(2n ** 63n) - 2n, max: 2n ** 63n + 1n }).map(String),
  fc.constantFrom('', '-0', '01', '+1', ' 1', '1.5', '9007199254740993', '-9223372036854775808'),
)
const text = fc.oneof(fc.constantFrom('v', 'w', 'hello'), number, fc.string({ maxLength: 12 }))
const option = fc.constantFrom('NX', 'xx', 'GET', 'nope')
const pattern = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abkxy*?[]^-\\1'), maxLength: 8 }),
  fc.string({ maxLength: 6 }),
)

function named(name: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string[]> {
  return fc.tuple(...parts).map((args) => [name, ...args])
}

const command = fc.oneof(
  named('SET', key, text),
  fc
    .tuple(key, text, fc.array(option, { minLength: 1, maxLength: 3 }))
    .map(([one, value, options]) => ['SET', one, value, ...options]),
  ...[
    'GET',
    'GETDEL',
    'STRLEN',
    'INCR',
    'DECR',
    'TYPE',
    'TTL',
    'PTTL',
    'PERSIST',
    'EXPIRETIME',
  ].map((name) => named(name, key)),
  ...['SETNX', 'GETSET', 'APPEND'].map((name) => named(name, key, text)),
  ...['INCRBY', 'DECRBY'].map((name) => named(name, key, number)),
  ...['GETRANGE', 'SUBSTR'].map((name) => named(name, key, number, number)),
  named('SETRANGE', key, fc.integer({ min: -2, max: 40 }).map(String), text),
  ...['DEL', 'UNLINK', 'EXISTS', 'TOUCH', 'MGET'].map((name) =>
    fc.array(key, { maxLength: 4 }).map((keys) => [name, ...keys]),
  ),
  ...['MSET', 'MSETNX'].map((name) =>
    fc.array(fc.oneof(key, text), { maxLength: 7 }).map((rest) => [name, ...rest]),
  ),
  named('KEYS', pattern),
  fc.constantFrom(
    ['DBSIZE'],
    ['FLUSHALL'],
    ['FLUSHDB', 'sync'],
    ['FLUSHALL', 'nope'],
    ['SCAN', 'x'],
  ),
  fc.array(text, { maxLength: 3 }).map((rest) => ['NOPE', ...rest]),
)

/** Order of KEYS is nobody's promise. */
function comparable([name]: readonly string[], reply: string): string {
  return name === 'KEYS' ? reply.split('\r\n').toSorted().join('\r\n') : reply
}

it(
  'any sequence of commands gets the answers of redis-server',
  { timeout: 120_000 },
  async ({ skip }) => {
    const installed = spawnSync('redis-server', ['--version']).status === 0
    skip(!installed, 'redis-server is not installed; there is nothing to compare with')
    const redis = await startRedis()
    let marks = 0
    /** The reply to each command, told apart by an ECHO behind it. */
    const ask = async (commands: readonly (readonly string[])[]): Promise<string[]> => {
      redis.text = ''
      const mark = `mark${++marks}`
      const echo = `$${mark.length}\r\n${mark}\r\n`
      redis.send(commands.map((args) => respOf(...args) + respOf('ECHO', mark)).join(''))
      await eventually('replies of redis-server', () => {
        return redis.text.split(echo).length === commands.length + 1
      })
      return redis.text.split(echo).slice(0, -1)
    }
    const sequences = fc.array(command, { minLength: 1, maxLength: 60, size: 'max' })
    await fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const latin = commands.map((args) =>
          args.map((arg) => [...arg].filter((char) => char <= '\u00ff').join('')),
        )
        const map = new KvMap()
        await ask([['FLUSHALL']])
        const theirs = await ask(latin)
        const pairs = latin.map((args, at) => ({
          args,
          theirs: comparable(args, theirs[at]!),
          ours: comparable(args, runCommand(map, args)),
        }))
        expect(pairs.map(({ args, ours }) => ({ args, reply: ours }))).toEqual(
          pairs.map(({ args, theirs: reply }) => ({ args, reply })),
        )
      }),
      { numRuns: 150 },
    )
  },
)
