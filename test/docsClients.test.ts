/** docs/clients.md names every command, and its limits are those of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandTable } from '../src/core/kv/commands'
import {
  ANSWER_BYTES_MAX,
  GLOB_CHARS_MAX,
  SCAN_KEYS_MAX,
  SESSION_ANSWER_BYTES_MAX,
  SESSION_ANSWERS_MAX,
  SESSIONS_MAX,
  VALUE_BYTES_MAX,
} from '../src/core/kv/limits'
import { READ_MODE_NAMES } from '../src/core/kv/readMode'
import { localCommandNames } from '../src/main/node/localCommands'
import { root } from './support/tree'

const text = readFileSync(join(root, 'docs/clients.md'), 'utf8')
const names = [...commandTable().map(([name]) => name), ...localCommandNames()]

it.each(names)('the command %s', (name) => {
  expect(text).toMatch(new RegExp(`\`${name.toUpperCase()}[\` ]`))
})

it.each(READ_MODE_NAMES)('the read mode %s', (name) => expect(text).toContain(`| \`${name}\` |`))

it.each([
  ['a value grows to', VALUE_BYTES_MAX],
  ['An answer has at most', ANSWER_BYTES_MAX],
  ['`COUNT` (at most', SCAN_KEYS_MAX],
  ['a pattern has at most', GLOB_CHARS_MAX],
  ['There are at most', SESSIONS_MAX],
])('the limit: %s %d', (words, limit) => {
  expect(text).toContain(`${words} ${limit.toLocaleString('en')}`)
})

it('the answers that a session keeps', () => {
  expect(text).toContain(`${SESSION_ANSWERS_MAX.toLocaleString('en')} answers or`)
  expect(text).toContain(`${SESSION_ANSWER_BYTES_MAX.toLocaleString('en')} bytes (the newest`)
})
