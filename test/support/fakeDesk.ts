/** A desk in memory, as far as the editor of experiments asks it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ScenarioError, parseScenario } from '../../src/shared/experiment'
import type { DeskApi, ExperimentCard, ExperimentDraft } from '../../src/shared/deskApi'
import { root } from './tree'

const FOLDER = join(root, 'resources/scenarios')
const END = '.paxlab.yaml'

type Asked =
  | 'experimentFiles'
  | 'experimentText'
  | 'saveExperiment'
  | 'deleteExperiment'
  | 'playExperiment'
  | 'experimentDraft'
  | 'keepDraft'

export interface FakeDesk extends Pick<DeskApi, Asked> {
  readonly own: Map<string, string>
  draft: ExperimentDraft | null
  readonly played: { text: string; file: string; seed: number | null }[]
}

function cardOf(source: ExperimentCard['source'], name: string, text: string): ExperimentCard {
  const base = { id: `${source}/${name}`, name, source }
  const changedAt = source === 'own' ? '2026-03-04T05:06:07.000Z' : null
  try {
    const { title, summary } = parseScenario(text, name)
    return { ...base, title, summary, changedAt, problem: '' }
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return { ...base, title: name, summary: '', changedAt, problem: error.message }
  }
}

const bundled = new Map(
  readdirSync(FOLDER).map((file) => [
    file.slice(0, -END.length),
    readFileSync(join(FOLDER, file), 'utf8'),
  ]),
)
const bundledCards = [...bundled].map(([name, text]) => cardOf('bundled', name, text))

export function fakeDesk(own: Readonly<Record<string, string>> = {}): FakeDesk {
  const desk: FakeDesk = {
    own: new Map(Object.entries(own)),
    draft: null,
    played: [],
    experimentFiles: async () => [
      ...[...desk.own].map(([name, text]) => cardOf('own', name, text)),
      ...bundledCards,
    ],
    async experimentText(id) {
      const [source, name = ''] = id.split('/')
      const text = source === 'own' ? desk.own.get(name) : bundled.get(name)
      if (text === undefined) throw new Error(`there is no experiment ${id}`)
      return { card: cardOf(source === 'own' ? 'own' : 'bundled', name, text), text }
    },
    async saveExperiment(name, text) {
      desk.own.set(name, text)
      return cardOf('own', name, text)
    },
    async deleteExperiment(id) {
      desk.own.delete(id.slice('own/'.length))
    },
    async playExperiment(text, file, seed) {
      desk.played.push({ text, file, seed })
    },
    experimentDraft: async () => desk.draft,
    async keepDraft(draft) {
      desk.draft = draft === null ? null : { ...draft, savedAt: '2026-03-04T05:06:07.000Z' }
    },
  }
  return desk
}
