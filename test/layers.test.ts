/**
 * Every rule of the import graph is broken once, on purpose, in a tree made for it. A rule that
 * cannot fail (a path that matches nothing, a file kind that is not read) protects nothing.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './support/tree'

const vue = (script: string) => `<script setup lang="ts">\n${script}\n</script>\n<template />\n`

/** Files of a sound tree. Each plant below adds one file, or replaces one. */
const SOUND: Readonly<Record<string, string>> = {
  'src/core/assert.ts': 'export const assert = 1',
  'src/core/event.ts': 'export const event = 1',
  'src/core/machine.ts': "export * from './paxos/ballot'",
  'src/core/paxos/ballot.ts': "import { assert } from '../assert'\nexport const ballot = assert",
  'src/core/sim/world.ts': "export { ballot as world } from '../machine'",
  'src/core/check/oracle.ts': "export { event as oracle } from '../event'",
  'src/core/measure/series.ts': "export { event as series } from '../event'",
  'src/shared/zod.ts': "export { z } from 'zod'",
  'src/shared/api.ts':
    "import type { ballot } from '../core/paxos/ballot'\nexport type A = typeof ballot",
  'src/main/node/index.ts': "import 'node:net'\nimport '../../core/machine'",
  'src/main/switchboard/index.ts': "import '../../shared/api'",
  'src/main/disk/witness.ts': 'export const witness = 1',
  'src/main/node/disk.ts': "import '../disk/witness'",
  'src/main/lab/disk.ts': "import '../disk/witness'",
  'src/main/lab/lab.ts': 'export const lab = 1',
  'src/main/host/viewer.ts': "import '../lab/lab'",
  'src/main/index.ts': "import 'electron'\nimport './host/viewer'",
  'src/preload/index.ts': "import 'electron'",
  'src/renderer/src/main.ts': "import { createApp } from 'vue'\nexport const app = createApp",
  'src/renderer/src/App.vue': vue("import '../../shared/api'"),
  'test/support/tree.ts': 'export const tree = 1',
}

/** [rule, file, content] */
const PLANTS: readonly (readonly [string, string, string])[] = [
  ['no-cycles', 'src/core/assert.ts', "export * from './paxos/ballot'\nexport const assert = 1"],
  ['no-unresolved', 'src/main/lab/a.ts', "import './missing'"],
  ['core-is-pure', 'src/core/a.ts', "import '../shared/api'"],
  ['core-is-pure', 'src/core/b.ts', "import 'yaml'"],
  ['core-is-pure', 'src/core/c.ts', "import type { A } from '../shared/api'\nexport type B = A"],
  ['paxos-knows-nobody', 'src/core/paxos/a.ts', "import '../sim/world'"],
  ['sim-and-check-apart', 'src/core/sim/a.ts', "import '../check/oracle'"],
  ['sim-and-check-apart', 'src/core/check/a.ts', "import '../sim/world'"],
  ['folds-read-events-only', 'src/core/measure/a.ts', "import '../machine'"],
  ['reports-read-folds-only', 'src/core/report/a.ts', "import '../check/oracle'"],
  ['shared-is-contracts', 'src/shared/a.ts', "import '../main/lab/lab'"],
  ['shared-is-contracts', 'src/shared/b.ts', "import 'ws'"],
  ['zod-in-one-place', 'src/main/lab/b.ts', "import 'zod'"],
  ['renderer-never-main', 'src/renderer/src/a.ts', "import '../../main/lab/lab'"],
  ['renderer-never-main', 'src/renderer/src/A.vue', vue("import '../../main/lab/lab'")],
  ['renderer-never-main', 'src/renderer/src/b.ts', "import 'electron'"],
  ['renderer-libraries-stay-there', 'src/main/host/a.ts', "import 'chart.js'"],
  ['renderer-libraries-stay-there', 'src/shared/c.ts', "import 'vue'"],
  ['no-node-in-browser-code', 'src/shared/d.ts', "import 'node:fs'"],
  [
    'no-node-in-browser-code',
    'src/renderer/src/B.vue',
    vue("import { join } from 'node:path'\njoin()"),
  ],
  ['child-knows-no-lab', 'src/main/node/a.ts', "import '../lab/lab'"],
  ['child-knows-no-lab', 'src/main/switchboard/a.ts', "import '../node/index'"],
  ['lab-spawns-children', 'src/main/lab/c.ts', "import '../node/index'"],
  ['disk-for-node-and-lab', 'src/main/switchboard/b.ts', "import '../disk/witness'"],
  ['disk-knows-nobody', 'src/main/disk/a.ts', "import '../lab/lab'"],
  ['host-serves-lab', 'src/main/host/b.ts', "import '../switchboard/index'"],
  [
    'electron-in-one-place',
    'src/main/lab/d.ts',
    "import type { App } from 'electron'\nexport type B = App",
  ],
  ['product-never-test', 'src/main/lab/e.ts', "import '../../../test/support/tree'"],
]

const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string }[]
}

let tree: string

function write(path: string, content: string): void {
  const target = join(tree, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, `${content}\n`)
}

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
}

/** Violations as `rule file`, in the tree as it stands. */
function cruise(): string[] {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const config = join(root, '.dependency-cruiser.cjs')
  const args = [
    tool,
    'src',
    'test',
    '--config',
    config,
    '--output-type',
    'json',
    '--preserve-symlinks',
  ]
  const done = spawnSync(process.execPath, args, {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  expect(done.stderr).toBe('')
  const result = JSON.parse(done.stdout) as { summary: { violations: Violation[] } }
  return result.summary.violations.map(({ rule, from }) => `${rule.name} ${from}`)
}

describe('the import graph', () => {
  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'paxos-lab-layers-'))
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction')
    for (const config of ['base', 'web']) {
      const include = config === 'web' ? { extends: './tsconfig.base.json' } : {}
      write(`tsconfig.${config}.json`, JSON.stringify(include))
    }
    for (const [path, content] of Object.entries(SOUND)) write(path, content)
  })

  afterAll(() => rmSync(tree, { recursive: true, force: true }))

  it('a sound tree passes', () => {
    expect(cruise()).toEqual([])
  })

  it('every planted violation is caught, by the rule that is there for it', () => {
    for (const [, path, content] of PLANTS) write(path, content)
    const found = new Set(cruise())
    const missed = PLANTS.map(([rule, path]) => `${rule} ${path}`).filter((key) => !found.has(key))
    // A cycle is reported at any one of its files.
    expect(missed.filter((key) => !key.startsWith('no-cycles'))).toEqual([])
    expect([...found].some((key) => key.startsWith('no-cycles'))).toBe(true)
  })

  it('every rule has a plant', () => {
    const planted = new Set(PLANTS.map(([rule]) => rule))
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([])
  })
})
