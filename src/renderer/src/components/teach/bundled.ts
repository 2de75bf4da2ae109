/** The bundled experiments, read at build time; loaded on demand, with what reads their format. */
import { parseScenario } from '../../../../shared/experiment'
import { linesOf } from './steps'
import type { StepLine } from './steps'

const FILES = import.meta.glob<string>('../../../../../resources/scenarios/*.paxlab.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const TEXTS = new Map(
  Object.entries(FILES).map(([path, text]) => {
    const file = path.slice(path.lastIndexOf('/') + 1)
    return [file.replace('.paxlab.yaml', ''), { file, text }]
  }),
)
const read = new Map<string, readonly StepLine[]>()

export const BUNDLED: readonly string[] = [...TEXTS.keys()]

/** Null: this page was built without it. */
export function stepsOf(name: string): readonly StepLine[] | null {
  const known = read.get(name)
  if (known) return known
  const found = TEXTS.get(name)
  if (!found) return null
  const lines = linesOf(parseScenario(found.text, found.file).steps)
  read.set(name, lines)
  return lines
}
