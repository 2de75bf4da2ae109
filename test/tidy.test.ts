/** The habits of this repository that no linter knows. Limits and reasons: CONTRIBUTING.md. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  bannedWords,
  factTypes,
  lineCount,
  longFunctions,
  longLines,
  openEnds,
} from './support/tidy'
import type { BannedWord, Finding } from './support/tidy'
import { ownFiles, root } from './support/tree'
import type { SourceFile } from './support/tree'

const COLUMNS_MAX = 100
const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 70

/** Files that may be longer, each with the reason why it is one piece. */
const LONG_FILES: Readonly<Record<string, string>> = {}

const CODE = ['.ts', '.mjs', '.cjs', '.vue']
const STYLED = [...CODE, '.css', '.html', '.yml', '.yaml', '.jsonc']
const PROSE = ['.md']

/** Words that another tradition uses for something we have one word for, where unambiguous. */
const VOCABULARY: readonly BannedWord[] = [
  { word: /\b(proposal|ballot)\s?numbers?\b/i, say: 'ballot' },
  { word: /\bepochs?\b/i, say: 'ballot' },
  { word: /\bvote requests?\b|\brequestVote\b/i, say: 'prepare' },
  { word: /\baccept_?oks?\b/i, say: 'accepted' },
  {
    word: /\b(un)?committed(Through|Index)?\b|\bcommitIndex\b/i,
    say: 'chosen, learned or applied',
  },
  { word: /\bmaster\b/i, say: 'leader' },
  { word: /\btoxics?\b|\bnemes[ei]s\b/i, say: 'fault' },
  { word: /\blivelocks?\b/i, say: 'duel' },
  { word: /\bfsynced\b/i, say: 'flushed' },
]

function report(files: readonly SourceFile[], judge: (file: SourceFile) => Finding[]): string[] {
  return files.flatMap((file) =>
    judge(file).map((finding) => `${file.path}:${finding.line} ${finding.what}`),
  )
}

describe('tidy', () => {
  const code = ownFiles(CODE)
  const product = code.filter(({ path }) => path.startsWith('src/'))

  it('looks at the whole tree', () => {
    const paths = new Set(code.map(({ path }) => path))
    expect(paths).toContain('src/core/event.ts')
    expect(paths).toContain('test/tidy.test.ts')
    expect(paths).toContain('eslint.config.mjs')
  })

  it(`lines have at most ${COLUMNS_MAX} columns`, () => {
    expect(report(ownFiles(STYLED), ({ text }) => longLines(text, COLUMNS_MAX))).toEqual([])
  })

  it(`files have at most ${FILE_LINES_MAX} lines, or say why not`, () => {
    const long = code.filter(({ text }) => lineCount(text) > FILE_LINES_MAX).map(({ path }) => path)
    expect(long).toEqual(Object.keys(LONG_FILES))
  })

  it(`functions have at most ${FUNCTION_LINES_MAX} lines of their own`, () => {
    const judge = ({ path, text }: SourceFile) => longFunctions(path, text, FUNCTION_LINES_MAX)
    expect(report(code, judge)).toEqual([])
  })

  it('one word has one meaning', () => {
    expect(report(product, ({ text }) => bannedWords(text, VOCABULARY))).toEqual([])
  })

  it('nothing is left open without an issue', () => {
    expect(report(ownFiles([...STYLED, ...PROSE]), ({ text }) => openEnds(text))).toEqual([])
  })

  it('docs/events.md describes every event', ({ skip }) => {
    skip(!existsSync(join(root, 'docs/events.md')), 'docs/events.md is not written yet')
    const sources = ['src/core/event.ts', 'src/core/paxos/fact.ts']
    const types = sources.flatMap((path) => factTypes(path, read(path)))
    expect(types).toContain('promised')
    expect(types).toContain('clusterStarted')
    const text = read('docs/events.md')
    expect(types.filter((type) => !text.includes(`\`${type}\``))).toEqual([])
  })

  it('CONTRIBUTING.md names every script', ({ skip }) => {
    skip(!existsSync(join(root, 'CONTRIBUTING.md')), 'CONTRIBUTING.md is not written yet')
    const text = read('CONTRIBUTING.md')
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
    expect(scripts.filter((name) => !namesScript(text, name))).toEqual([])
  })
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function namesScript(text: string, name: string): boolean {
  const short = ['start', 'test'].includes(name)
    ? `npm (?:run )?${name}`
    : `npm run (?:-s )?${name}`
  return new RegExp(`${short}(?![\\w:-])|\`${name}\``).test(text)
}

describe('the measures can fail', () => {
  it('a long line, counted in characters', () => {
    expect(longLines(`ok\n${'é'.repeat(101)}`, 100)).toEqual([{ line: 2, what: '101 columns' }])
    expect(longLines('é'.repeat(100), 100)).toEqual([])
    expect(longLines(`say('${'word '.repeat(19)}')`, 100)).toEqual([])
    expect(longLines(`say('${'word '.repeat(24)}')`, 100)).toHaveLength(1)
  })

  it('a long function, but not one that holds small ones', () => {
    const body = (count: number) => '  work()\n'.repeat(count)
    expect(longFunctions('a.ts', `function f() {\n${body(9)}}`, 10)).toHaveLength(1)
    expect(longFunctions('a.ts', `function f() {\n${body(8)}}`, 10)).toEqual([])
    const small = `  const g = () => {\n${body(6)}  }\n`
    expect(longFunctions('a.ts', `function f() {\n${small}${small}}`, 10)).toEqual([])
    const view = `<template />\n<script setup lang="ts">\nfunction f() {\n${body(9)}}\n</script>`
    expect(longFunctions('A.vue', view, 10)).toEqual([{ line: 3, what: 'f has 11 own lines' }])
  })

  it('a word of another tradition', () => {
    expect(bannedWords('the commitIndex of a toxic', VOCABULARY)).toHaveLength(2)
    expect(bannedWords('chosen, in terms of ballots', VOCABULARY)).toEqual([])
  })

  it('an open end', () => {
    const mark = ['TO', 'DO'].join('')
    expect(openEnds(`// ${mark}: later`)).toHaveLength(1)
    expect(openEnds(`// ${mark} #12: later`)).toEqual([])
  })

  it('an event without a description', () => {
    const text = "export type XFact = { readonly type: 'a' } | { readonly type: 'b'; n: 1 }"
    expect(factTypes('x.ts', text)).toEqual(['a', 'b'])
  })
})
