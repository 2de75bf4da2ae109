/** The bundled scenarios that show a row keep what they promise, on real processes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { parseScenario } from '../../../src/shared/experiment'
import { LabRig } from '../../support/cluster'
import { root } from '../../support/tree'

let rig: LabRig
afterEach(() => rig.close())

it.each([
  ['S17', 'shared-member'],
  ['S20b', 'lost-learn-messages'],
  ['S23', 'flp-adversary'],
  ['S27, S28', 'gap-135-137'],
  ['S29', 'pipelining-142-before-141'],
  ['S31', 'bridge-oscillation'],
])('%s: the scenario %s is valid', async (_row, name) => {
  const file = `${name}.paxlab.yaml`
  const text = readFileSync(join(root, 'resources/scenarios', file), 'utf8')
  rig = new LabRig({ scenarios: [parseScenario(text, file)] })
  await rig.lab.runScenario(name, null)
  const outcome = await rig.lab.scenarioOutcome()
  expect(outcome).toMatchObject({ verdict: 'valid' })
})
