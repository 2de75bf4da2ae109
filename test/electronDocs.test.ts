/**
 * docs/electron.md against the tests: every row of the shell names tests whose titles begin with
 * it; and the rows that a rule of the linter or the lock file keeps, planted once (E6, E14, E15).
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint, Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import { root } from './support/tree'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const numbered = (letters: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${letters}${at + 1}`)

const ROWS = [
  ...numbered('E', 15),
  ...numbered('EH', 5),
  ...numbered('EL', 10),
  ...numbered('EP', 5),
]

/** Cells of the table "Rows and their tests", by row. */
const cells = new Map(
  read('docs/electron.md')
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
    .filter(([row, , tests]) => ROWS.includes(row ?? '') && tests !== undefined)
    .map(([row = '', _what, tests = '', shown = '']) => [row, { tests, shown }]),
)

/** `E5: …`, or of several rows: `E4 and E5: …`. */
const titleOf = (row: string): RegExp => {
  const other = String.raw`E[HLP]?\d+`
  const joined = `(?:, | and )`
  return new RegExp(`['"\`](?:${other}${joined})*${row}(?:${joined}${other})*: `)
}

describe('docs/electron.md', () => {
  it.each(ROWS)('names tests of the row %s, whose titles begin with it', (row) => {
    const { tests = '', shown = '' } = cells.get(row) ?? {}
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    expect(files).not.toEqual([])
    expect(shown).not.toBe('')
    for (const file of files) expect(read(`test/${file}`), file).toMatch(titleOf(row))
  })

  it('is looked at as it should be: a title of another row does not count', () => {
    expect("it('E1: x'").toMatch(titleOf('E1'))
    expect("describe('E4 and E5: x'").toMatch(titleOf('E5'))
    expect("it('E15: x'").not.toMatch(titleOf('E1'))
    expect("it('EL1: x'").not.toMatch(titleOf('E1'))
    expect("it('about E1: x'").not.toMatch(titleOf('E1'))
  })

  it('says what it is not: nothing was seen in Electron', () => {
    expect(read('docs/electron.md')).toContain('seen in a real Electron')
    const decision = 'docs/decisions/0020-run-as-node-stays-on.md'
    expect(existsSync(join(root, decision))).toBe(true)
  })
})

describe('rules of the linter', () => {
  const RULES = ['vue/no-v-html', 'vue/no-static-inline-styles', 'no-restricted-syntax']
  const file = join(root, 'src/renderer/src/components/base/Icon.vue')

  /** The rules as they are set for files of the page, without those that want types. */
  async function rulesIn(template: string, script = ''): Promise<(string | null)[]> {
    const set = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as Linter.Config
    const rules = Object.fromEntries(RULES.map((name) => [name, set.rules?.[name]]))
    const { parser } = set.languageOptions ?? {}
    const languageOptions = { ...(parser ? { parser } : {}), sourceType: 'module' } as const
    const config = { files: ['**/*.vue'], plugins: set.plugins ?? {}, languageOptions }
    const text = `<script setup>\n${script}\n</script>\n\n<template>\n  ${template}\n</template>\n`
    const linter = new Linter({ configType: 'flat', cwd: root })
    const found = linter.verify(text, [{ ...config, rules } as Linter.Config], { filename: file })
    return found.map(({ ruleId, fatal, message }) => (fatal === true ? message : ruleId))
  }

  it.each([
    ['E14: raw HTML', '<p v-html="text"></p>', '', 'vue/no-v-html'],
    ['E6: a style in a template', '<p style="color: red">x</p>', '', 'vue/no-static-inline-styles'],
    [
      'E6: one that a script sets',
      '<p>x</p>',
      "p.setAttribute('style', 'x')",
      'no-restricted-syntax',
    ],
  ])('%s is refused', async (_row, template, script, rule) => {
    expect(await rulesIn(template, script)).toEqual([rule])
    expect(await rulesIn('<p>x</p>')).toEqual([])
  })

  it('E14: no page has raw HTML, by no name', () => {
    const folder = join(root, 'src/renderer/src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const code = files.filter((name) => /\.(vue|ts)$/.test(name))
    const raw = /v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write/
    expect(code.filter((name) => raw.test(read(`src/renderer/src/${name}`)))).toEqual([])
  })
})

describe('E15: what is built in', () => {
  type Locked = Readonly<
    Record<string, { readonly resolved?: string; readonly integrity?: string }>
  >
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Locked }

  it('E15: the lock file has the hash of every package that it names', () => {
    // The first entry is this package.
    const fetched = Object.entries(packages).filter(([name]) => name !== '')
    expect(fetched.length).toBeGreaterThan(100)
    const loose = fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
    expect(loose.map(([name]) => name)).toEqual([])
    const plain = fetched.filter(([, { resolved }]) => resolved?.startsWith('http:'))
    expect(plain.map(([name]) => name)).toEqual([])
  })

  it('E15: Electron is kept on one minor version, which the lock names', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Readonly<Record<string, string>>
    }
    expect(devDependencies['electron']).toMatch(/^~\d+\.\d+\.\d+$/)
    expect(packages['node_modules/electron']?.integrity).toBeDefined()
  })
})
